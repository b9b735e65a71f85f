// Failures, as every room reports them.
//
// An operation that fails throws `Error`: a code that a machine can act on, a sentence for a person, and the context
// that callers add on the way up. The API maps codes to HTTP once (src/api/http/errors.h). Absence is no failure:
// functions that may find nothing return std::optional.
#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace slipway {

enum class ErrorCode {
  invalid,          ///< the input is wrong; details() lists each field with its fix
  unauthenticated,  ///< no or unknown credentials
  denied,           ///< known, but not permitted
  not_found,        ///< what was named does not exist
  conflict,         ///< stale version, duplicate name, in use
  too_large,        ///< over a stated limit
  unavailable,      ///< try again later: shutting down, overloaded, a peer that does not answer
  timed_out,        ///< a bound in time was reached
  fenced,           ///< another claim holds this task now; the caller must stop and record nothing
  internal,         ///< a defect of ours
};

std::string_view to_string(ErrorCode);

class Error : public std::exception {
 public:
  Error(ErrorCode code, std::string message, std::vector<std::string> details = {});

  ErrorCode code() const noexcept { return code_; }
  /// The sentence for a person, with its context in front: "while …: …".
  const std::string& message() const noexcept { return message_; }
  /// One sentence a problem; for `invalid` each names a field and its fix. May be empty.
  const std::vector<std::string>& details() const noexcept { return details_; }
  /// The message, and under it each detail on a line of its own.
  std::string full_text() const;
  const char* what() const noexcept override { return message_.c_str(); }

  /// Puts "context: " in front of the message. For use in a catch that rethrows.
  void add_context(std::string_view context);

 private:
  ErrorCode code_;
  std::string message_;
  std::vector<std::string> details_;
};

[[noreturn]] void fail(ErrorCode, std::string message);
[[noreturn]] inline void fail_invalid(std::string message) { fail(ErrorCode::invalid, std::move(message)); }
[[noreturn]] inline void fail_not_found(std::string message) { fail(ErrorCode::not_found, std::move(message)); }

/// Collects the problems of one input so that a person sees all of them at once.
class Problems {
 public:
  void add(std::string problem) { problems_.push_back(std::move(problem)); }
  bool empty() const { return problems_.empty(); }
  const std::vector<std::string>& list() const { return problems_; }
  /// Throws Error{invalid} with all problems as details if there is any.
  void throw_if_any(std::string_view summary = "There was a problem with your request.") const;

 private:
  std::vector<std::string> problems_;
};

}  // namespace slipway
