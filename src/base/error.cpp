#include "base/error.h"

namespace slipway {

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid:
      return "invalid";
    case ErrorCode::unauthenticated:
      return "unauthenticated";
    case ErrorCode::denied:
      return "denied";
    case ErrorCode::not_found:
      return "not found";
    case ErrorCode::conflict:
      return "conflict";
    case ErrorCode::too_large:
      return "too large";
    case ErrorCode::unavailable:
      return "unavailable";
    case ErrorCode::timed_out:
      return "timed out";
    case ErrorCode::fenced:
      return "fenced";
    case ErrorCode::internal:
      return "internal";
  }
  return "unknown";
}

Error::Error(ErrorCode code, std::string message, std::vector<std::string> details)
    : code_(code), message_(std::move(message)), details_(std::move(details)) {}

std::string Error::full_text() const {
  std::string text = message_;
  for (const auto& detail : details_) text += "\n" + detail;
  return text;
}

void Error::add_context(std::string_view context) { message_ = std::string(context) + ": " + message_; }

void fail(ErrorCode code, std::string message) { throw Error(code, std::move(message)); }

void Problems::throw_if_any(std::string_view summary) const {
  if (!problems_.empty()) throw Error(ErrorCode::invalid, std::string(summary), problems_);
}

}  // namespace slipway
