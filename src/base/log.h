// The server's own log: one JSON object a line, on standard error.
//
// Fields hold ids, counts and sentences. Values of type Secret do not convert to a field; and as a text may carry one
// all the same (what a peer says of an error), every secret that the vault stored or opened is masked in them. Messages
// are the server's own words, which the compiler makes sure of: nothing is masked there.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "base/time.h"

namespace slipway {

enum class LogLevel { debug, info, warning, error };

struct LogField {
  LogField(std::string_view k, std::string_view v) : key(k), text(v) {}
  LogField(std::string_view k, const char* v) : key(k), text(v) {}
  LogField(std::string_view k, const std::string& v) : key(k), text(v) {}
  template <class Number>
  requires std::is_arithmetic_v<Number> LogField(std::string_view k, Number v)
      : key(k), text(std::to_string(v)), is_number(true) {}

  std::string_view key;
  std::string text;
  bool is_number = false;
};

/// A sentence that stands in the code: no text that comes from outside can take its place.
class Words {
 public:
  consteval Words(const char* text) : text_(text) {}
  std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

/// Threads: any.
class Log {
 public:
  /// Takes one finished line without its line break.
  using Sink = std::function<void(std::string_view)>;

  explicit Log(const Clock& clock, LogLevel least = LogLevel::info);  ///< to standard error
  Log(const Clock& clock, LogLevel least, Sink sink);
  ~Log();

  void debug(Words message, std::initializer_list<LogField> fields = {}) const;
  void info(Words message, std::initializer_list<LogField> fields = {}) const;
  void warning(Words message, std::initializer_list<LogField> fields = {}) const;
  void error(Words message, std::initializer_list<LogField> fields = {}) const;

  /// From now on `secret` is masked in the fields of every line; false when it is too short for that, or was already
  /// (see Redactor).
  bool redact(std::string_view secret) const;

 private:
  void write(LogLevel, Words message, std::initializer_list<LogField> fields) const;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace slipway
