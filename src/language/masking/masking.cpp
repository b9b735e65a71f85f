#include "language/masking/masking.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "language/dotnet/unicode.h"
#include "language/masking/secret_automaton.h"

namespace slipway::language {
namespace {

std::size_t character_count(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count) next_character(text, at);
  return count;
}

bool is_long_enough(std::string_view text) { return character_count(text) >= kShortestSecret; }

bool has_line_break(std::string_view text) { return text.find_first_of("\r\n") != std::string_view::npos; }

std::string json_escaped(std::string_view text) {
  std::string quoted;
  json::append_string(quoted, text);
  return quoted.substr(1, quoted.size() - 2);
}

/// percent_encode writes upper-case hex; other programs write lower-case, and forms write "+" for a space.
std::vector<std::string> url_forms(std::string_view text) {
  std::string upper = percent_encode(text);
  std::string lower = upper;
  for (std::size_t at = lower.find('%'); at != std::string::npos; at = lower.find('%', at + 1)) {
    lower.replace(at, 3, to_lower_ascii(lower.substr(at, 3)));
  }
  std::string form;
  for (std::size_t at = 0; at < upper.size(); ++at) {
    const bool space = upper.compare(at, 3, "%20") == 0;
    form += space ? '+' : upper[at];
    if (space) at += 2;
  }
  return {std::move(upper), std::move(lower), std::move(form)};
}

/// A line of a value, also without the blanks around it, which whoever uses it may have taken away.
void add_line(std::vector<std::string>& patterns, std::string_view line) {
  const std::string_view core = trim_white_space(line);
  patterns.emplace_back(line);
  if (core.size() < line.size() && is_long_enough(core)) patterns.emplace_back(core);
}

/// Adds the lines of a value. Blank lines of a longer value are no secret: masking them would eat indentation.
void add_lines(std::vector<std::string>& patterns, std::string_view value) {
  while (!value.empty()) {
    const std::size_t end = std::min(value.find_first_of("\r\n"), value.size());
    const std::string_view line = value.substr(0, end);
    if (is_long_enough(line) && !trim_white_space(line).empty()) add_line(patterns, line);
    value.remove_prefix(std::min(end + 1, value.size()));
  }
}

std::vector<std::string> patterns_of(const std::vector<std::string>& secrets) {
  std::vector<std::string> patterns;
  for (const std::string& secret : secrets) {
    if (!is_long_enough(secret)) continue;
    if (has_line_break(secret)) {
      add_lines(patterns, secret);
    } else {
      add_line(patterns, secret);
    }
    patterns.push_back(to_base64(secret));
    patterns.push_back(json_escaped(secret));
    for (std::string& form : url_forms(secret)) patterns.push_back(std::move(form));
  }
  return patterns;
}

}  // namespace

Masker::Masker(const std::vector<std::string>& secrets)
    : automaton_(std::make_unique<SecretAutomaton>(patterns_of(secrets))) {}
Masker::~Masker() = default;
Masker::Masker(Masker&&) noexcept = default;
Masker& Masker::operator=(Masker&&) noexcept = default;

bool Masker::empty() const { return automaton_->empty(); }

std::string Masker::mask(std::string_view text) const {
  std::string out;
  out.reserve(text.size());
  MaskingState state;
  const std::size_t decided = automaton_->run(text, 0, state, out);
  SecretAutomaton::flush(text.substr(decided), state, out);
  return out;
}

std::string MaskingStream::feed(std::string_view chunk) {
  const std::size_t seen = held_.size();
  held_ += chunk;
  std::string out;
  held_.erase(0, masker_->automaton_->run(held_, seen, state_, out));
  return out;
}

std::string MaskingStream::finish() {
  std::string out;
  SecretAutomaton::flush(held_, state_, out);
  held_.clear();
  return out;
}

}  // namespace slipway::language
