// Every filter with hostile texts: it ends within the budget that it was given, and takes no more memory than it
// counted.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <new>

#include "base/error.h"
#include "language/filters/filters.h"
#include "language/masking/masking.h"
#include "language/templates/budget_testing.h"
#include "language/templates/template.h"
#include "language/templates/template_parser.h"

using namespace slipway;
using namespace slipway::language;

namespace {

// What the test itself counts of memory, whatever filters say that they use.
thread_local std::size_t live = 0, peak = 0;

/// Null when there is no memory.
void* counted_new(std::size_t size) noexcept {
  // NOLINTNEXTLINE(cppcoreguidelines-no-malloc): this is what others allocate with
  auto* block = static_cast<std::size_t*>(std::malloc(size + alignof(std::max_align_t)));
  if (block == nullptr) return nullptr;
  *block = size;
  live += size;
  peak = std::max(peak, live);
  return reinterpret_cast<char*>(block) + alignof(std::max_align_t);
}

void* counted_new_or_throw(std::size_t size) {
  void* memory = counted_new(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void counted_delete(void* memory) {
  if (memory == nullptr) return;
  auto* block = reinterpret_cast<std::size_t*>(static_cast<char*>(memory) - alignof(std::max_align_t));
  live -= std::min(live, *block);
  std::free(block);  // NOLINT(cppcoreguidelines-no-malloc)
}

}  // namespace

// All forms that the library calls: memory of one that is not replaced would be freed by one that is.
void* operator new(std::size_t size) { return counted_new_or_throw(size); }
void* operator new[](std::size_t size) { return counted_new_or_throw(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return counted_new(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return counted_new(size); }
void operator delete(void* memory) noexcept { counted_delete(memory); }
void operator delete[](void* memory) noexcept { counted_delete(memory); }
void operator delete(void* memory, std::size_t) noexcept { counted_delete(memory); }
void operator delete[](void* memory, std::size_t) noexcept { counted_delete(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { counted_delete(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { counted_delete(memory); }

namespace {

constexpr std::size_t kMegabyte = 1 << 20;
constexpr EvaluationLimits kLimits{1000, 32u << 20, 4'000'000, std::chrono::milliseconds(200)};
// Growing texts are there twice for a moment, and engines for regular expressions have caches of their own.
constexpr std::size_t kMostMemory = 3 * kLimits.max_bytes;

std::string repeated(std::string_view piece, std::size_t size) {
  std::string text;
  text.reserve(size + piece.size());
  while (text.size() < size) text += piece;
  return text;
}

/// The worst first; `most` of them.
std::vector<std::string> hostile_texts(std::size_t size, std::size_t most = 100) {
  std::vector<std::string> texts;
  for (const std::string_view piece :
       {"a",   "\n", "|",     "{\"a\":[", "\xC3\xA9", "../",        "9.",   "\xFF", "| a ", "|\n|-|\n",
        "[",   "(",  "#{",    "\"",       "\\",       "%2",         "<",    "/",    "1",    "\xF0\x9F\x9A\x80",
        "*a_", "`",  "&#x1;", "a@b.c ",   " ",        "www.a@b.c ", "<!--", "A==",  "~a",   "http://a/"}) {
    if (texts.size() < most) texts.push_back(repeated(piece, size));
  }
  return texts;
}

using Options = std::vector<std::string>;

std::vector<Options> hostile_options() {
  const std::string huge = repeated("a", kMegabyte);
  std::vector<Options> all{{}, {huge}, {huge, huge}, {"a", huge}};
  for (const char* text : {"a", "0", "255", "1/255", "99999999", "-1", "N1000", "\\w", ".", "(a+)+$", "(?=a)(a+)+$",
                           "a[^c]*b|a", "(?<=a)a|\\b", "(.|\n)*?x", "x*", "utf8", "unicode", "AbsoluteUri", "E999"}) {
    all.push_back({text});
    all.push_back({text, "$_$_"});
  }
  return all;
}

/// "A | name #{O0} #{O1}", with the options as variables, so that they may hold anything.
std::string chain_of(const FilterEntry& filter, const Options& options) {
  std::string text = fmt::format("#{{A | {} ", filter.name);
  for (std::size_t i = 0; i < options.size(); ++i) text += fmt::format("#{{O{}}}", i);
  return text + "}";
}

VariableSet variables_of(const std::string& subject, const Options& options) {
  VariableSet variables{{"A", subject}};
  for (std::size_t i = 0; i < options.size(); ++i) variables.set(fmt::format("O{}", i), options[i]);
  return variables;
}

/// Whether it gave a result; what is out of the ordinary fails.
bool is_within_budget(const FilterEntry& filter, const std::string& subject, const Options& options) {
  const Bindings bindings(variables_of(subject, options));
  const std::string text = chain_of(filter, options);
  Budget budget(kLimits, time_of_this_thread);
  peak = live;
  const std::size_t before = live;
  bool gave_result = false;
  try {
    const Evaluation evaluation = bindings.evaluate(text, budget);
    gave_result = true;
    CHECK(evaluation.text_or_empty().size() <= kLimits.max_bytes);
  } catch (const Error& error) {
    CHECK_MESSAGE((error.code() == ErrorCode::too_large || error.code() == ErrorCode::invalid), error.message());
    CHECK(error.message().size() < 1000);
  }
  const std::size_t most_steps = kLimits.max_steps + kLimits.max_bytes;
  CHECK_MESSAGE(budget.steps() <= most_steps, filter.name);
  CHECK_MESSAGE(budget.steps() >= subject.size() / 64, filter.name);
  CHECK_MESSAGE(peak - before <= kMostMemory, filter.name << " took " << (peak - before) << " bytes");
  return gave_result;
}

bool takes_options(const FilterEntry& filter) {
  for (const char* option : {"a", "0", "utf8", "N"}) {
    const std::string text = fmt::format("#{{A | {} {}}}#{{ | {} {}}}", filter.name, option, filter.name, option);
    const auto value = evaluate(text, {{"A", "AAAA"}}, fresh_budget());
    if (value.missing_tokens.size() < 2) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("every filter ends within its budget, of work and of bytes, whatever it is given") {
  std::size_t tried = 0, refused = 0;
  const auto texts = hostile_texts(kMegabyte, 8);
  const auto short_texts = hostile_texts(8 << 10, 12);
  const auto markdown = hostile_texts(63 << 10);
  const auto options = hostile_options();
  for (const FilterEntry& filter : all_filters()) {
    for (const std::string& text : filter.name.starts_with("markdown") ? markdown : texts) {
      refused += is_within_budget(filter, text, {}) ? 0 : 1;
      ++tried;
    }
    if (!takes_options(filter)) continue;
    for (const std::string& text : short_texts) {
      for (const Options& more : options) {
        refused += is_within_budget(filter, text, more) ? 0 : 1;
        ++tried;
      }
    }
  }
  MESSAGE("filters with hostile texts: " << tried << " tried, " << refused << " refused");
  CHECK(tried > 10'000);
}

TEST_CASE("replacing each character of a megabyte is linear, and within the budget of one text") {
  const std::string letters = repeated("a", kMegabyte);
  std::size_t steps[2];
  for (const std::size_t size : {kMegabyte / 2, kMegabyte}) {
    Budget budget(kTextLimits, time_of_this_thread);
    const Bindings bindings({{"S", letters.substr(0, size)}});
    CHECK(bindings.evaluate("#{S | Replace \"\\w\" b}", budget).text == std::string(size, 'b'));
    steps[size == kMegabyte ? 1 : 0] = budget.steps();
  }
  CHECK(steps[1] < 2 * steps[0] + 100);
}

TEST_CASE("parsing takes no more memory than is held for it") {
  constexpr EvaluationLimits unlimited{1000, std::size_t{1} << 40, std::size_t{1} << 40, std::chrono::hours(1)};
  for (const std::string_view piece :
       {"image: registry.example/#{Name}:#{Name | ToUpper} # a line of a manifest\n", "#{a}", "#{a.a.a.a.a.a.a.a}",
        "#{a[b][c][d]}", "#{a | f a a a a a a a}", "#{a | b | c | d | e}", "#{if a}x#{/if}",
        "#{each a in b}#{a}#{/each}", "#{calc a+b*c-1}", "#{if a == \"x\"}#{b}#{else}#{c}#{/if}",
        "#{a | Replace #{b} #{c}}", "#{a[#{b}].c}", "#{", "#{a", "a plain line, without any\n"}) {
    const std::string text = repeated(piece, 256 << 10);
    Budget budget(unlimited, time_of_this_thread);
    Budget::Hold hold(budget);
    charge_parsing(text, budget, hold);
    peak = live;
    const std::size_t before = live;
    const ParsedTemplate parsed = parse_template(text, false);
    const double taken = static_cast<double>(peak - before) / static_cast<double>(budget.bytes());
    CHECK_MESSAGE(taken <= 1, std::string(piece) << " took " << taken << " of what was held");
  }
}

TEST_CASE("indenting many lines by much is refused before the memory is taken") {
  Budget budget(kTextLimits, time_of_this_thread);
  const Bindings bindings({{"S", repeated("\n", 3000)}, {"I", repeated("x", kMegabyte)}});
  peak = live;
  const std::size_t before = live;
  CHECK_THROWS_AS(bindings.evaluate("#{S | Indent #{I}}", budget), Error);
  CHECK(peak - before < 8 * kMegabyte);
}

TEST_CASE("loops over large collections hold what they make") {
  const std::string commas = repeated(",", kMegabyte), json = "[" + repeated("1,", kMegabyte) + "1]";
  const Bindings bindings({{"Commas", commas}, {"Json", json}, {"Long", repeated("a.", kMegabyte)}});
  for (const char* text : {"#{each a in Commas}x#{/each}", "#{each a in Json}x#{/each}", "#{Json[3]}",
                           "#{each a in Json}#{each b in Json}x#{/each}#{/each}"}) {
    Budget budget(kLimits, time_of_this_thread);
    peak = live;
    const std::size_t before = live;
    CHECK_THROWS_AS(bindings.evaluate(text, budget), Error);
    CHECK_MESSAGE(peak - before <= kMostMemory, text << " took " << (peak - before));
  }
}

TEST_CASE("VAR-6: what masks secrets takes memory that grows with them alone, and not much") {
  std::size_t taken[2];
  for (const std::size_t size : {std::size_t{64} << 10, kMegabyte}) {
    std::string secret;
    for (std::size_t i = 0; secret.size() < size; ++i) secret += static_cast<char>(32 + (i * 7919 + i / 251) % 95);
    peak = live;
    const std::size_t before = live;
    const Masker masker({secret});
    taken[size == kMegabyte ? 1 : 0] = (peak - before) / size;
    CHECK(masker.mask(secret) == "********");
  }
  MESSAGE("bytes per byte of a secret: " << taken[0] << " of 64 KiB, " << taken[1] << " of 1 MiB");
  CHECK(taken[0] < 100);
  CHECK(taken[1] <= taken[0]);
}

TEST_CASE("an error of a filter does not show what it was given") {
  constexpr std::string_view secret = "hunter2-correct-horse";
  std::size_t tried = 0;
  for (const FilterEntry& filter : all_filters()) {
    for (const char* before : {"", "(", "[", "1.2/", "!", "-5", "(?<", "\\", "*"}) {
      const std::string text = before + std::string(secret);
      for (const Options& options : {Options{}, Options{text}, Options{text, text}, Options{"a", text}}) {
        ++tried;
        try {
          const auto evaluation = evaluate(chain_of(filter, options), variables_of(text, options), fresh_budget());
          CHECK_MESSAGE(evaluation.error.value_or("").find(secret) == std::string::npos, *evaluation.error);
        } catch (const Error& error) {
          CHECK_MESSAGE(error.full_text().find(secret) == std::string::npos, error.full_text());
        }
      }
    }
  }
  const VariableSet indirect{{"Secret", std::string(secret)},
                             {"A[hunter2-correct-horse]", "#{A[#{Secret}]}"},
                             {"J", "[1]"},
                             {"Minus", "-77345612"}};
  for (const char* text : {"#{A[#{Secret}]}", "#{J[#{Minus}]}", "#{calc {Secret}+1}", "#{B[#{Secret}]}"}) {
    ++tried;
    try {
      const auto evaluation = evaluate(text, indirect, fresh_budget());
      CHECK(evaluation.error.value_or("").find(secret) == std::string::npos);
    } catch (const Error& error) {
      CHECK_MESSAGE(error.full_text().find(secret) == std::string::npos, error.full_text());
      CHECK(error.full_text().find("77345612") == std::string::npos);
    }
  }
  MESSAGE("errors searched for a secret: " << tried);
}
