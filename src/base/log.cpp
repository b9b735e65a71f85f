#include "base/log.h"

#include <unistd.h>

#include <mutex>
#include <shared_mutex>
#include <vector>

#include "base/json.h"

namespace slipway {
namespace {

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
  mutable std::shared_mutex mutex;
  std::vector<std::string> secrets;
};

Log::Log(const Clock& clock, LogLevel least) : Log(clock, least, write_to_stderr) {}
Log::Log(const Clock& clock, LogLevel least, Sink sink) : state_(new State{clock, least, std::move(sink), {}, {}}) {}
Log::~Log() = default;

void Log::redact(std::string_view secret) {
  if (secret.size() < 4) return;
  const std::unique_lock lock(state_->mutex);
  for (const auto& known : state_->secrets) {
    if (known == secret) return;
  }
  state_->secrets.emplace_back(secret);
}

void Log::write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) const {
  if (level < state_->least) return;
  std::string line = "{\"time\":";
  json::append_string(line, to_rfc3339(state_->clock.now()));
  line += ",\"level\":";
  json::append_string(line, name_of(level));
  line += ",\"message\":";
  json::append_string(line, message);
  for (const auto& field : fields) {
    line.push_back(',');
    json::append_string(line, field.key);
    line.push_back(':');
    if (field.is_number) {
      line += field.text;
    } else {
      json::append_string(line, field.text);
    }
  }
  line.push_back('}');
  const std::shared_lock lock(state_->mutex);
  for (const auto& secret : state_->secrets) {
    for (auto at = line.find(secret); at != std::string::npos; at = line.find(secret, at)) {
      line.replace(at, secret.size(), "********");
    }
  }
  state_->sink(line);
}

void Log::debug(std::string_view m, std::initializer_list<LogField> f) const { write(LogLevel::debug, m, f); }
void Log::info(std::string_view m, std::initializer_list<LogField> f) const { write(LogLevel::info, m, f); }
void Log::warning(std::string_view m, std::initializer_list<LogField> f) const { write(LogLevel::warning, m, f); }
void Log::error(std::string_view m, std::initializer_list<LogField> f) const { write(LogLevel::error, m, f); }

}  // namespace slipway
