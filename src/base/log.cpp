#include "base/log.h"

#include <unistd.h>

#include "base/json.h"
#include "base/redactor.h"
#include "base/shorten.h"

namespace slipway {
namespace {

constexpr std::size_t kLongestField = 8 << 10;

std::string_view name_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      return "error";
  }
  return "info";
}

void write_to_stderr(std::string_view line) {
  std::string out(line);
  out.push_back('\n');
  // One write a line keeps lines of several threads whole; a full disk or closed pipe must not stop the server.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, out.data(), out.size());
}

}  // namespace

struct Log::State {
  const Clock& clock;
  LogLevel least;
  Sink sink;
  Redactor redactor = {};
};

Log::Log(const Clock& clock, LogLevel least) : Log(clock, least, write_to_stderr) {}
Log::Log(const Clock& clock, LogLevel least, Sink sink) : state_(new State{clock, least, std::move(sink)}) {}
Log::~Log() = default;

bool Log::redact(std::string_view secret) const { return state_->redactor.add(secret); }

void Log::write(LogLevel level, Words message, std::initializer_list<LogField> fields) const {
  if (level < state_->least) return;
  std::string line = "{\"time\":";
  json::append_string(line, to_rfc3339(state_->clock.now()));
  line += ",\"level\":";
  json::append_string(line, name_of(level));
  line += ",\"message\":";
  json::append_string(line, message.text());
  for (const auto& field : fields) {
    line.push_back(',');
    json::append_string(line, field.key);
    line.push_back(':');
    if (field.is_number) {
      line += field.text;
    } else {
      json::append_string(line, shorten(state_->redactor.redact(field.text), kLongestField));
    }
  }
  line.push_back('}');
  state_->sink(line);
}

void Log::debug(Words m, std::initializer_list<LogField> f) const { write(LogLevel::debug, m, f); }
void Log::info(Words m, std::initializer_list<LogField> f) const { write(LogLevel::info, m, f); }
void Log::warning(Words m, std::initializer_list<LogField> f) const { write(LogLevel::warning, m, f); }
void Log::error(Words m, std::initializer_list<LogField> f) const { write(LogLevel::error, m, f); }

}  // namespace slipway
