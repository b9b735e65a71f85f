// What a call to AWS is: how it is addressed, limited and repeated, and what an answer to it always has. All that the
// product makes are listed in operations.h.
#pragma once

#include <span>
#include <string_view>

#include "cloud/endpoints.h"
#include "cloud/rate_limiter.h"

namespace slipway::aws {

enum class AnswerKind {
  object,
  list,
  text,  ///< not empty
  time   ///< of the Query protocol: RFC 3339
};

/// A member that every successful answer has. One without it is no answer: a proxy's page, or the rest got lost.
struct AnswerMember {
  std::string_view path;  ///< names and, into lists, numbers: "authorizationData/0/authorizationToken"
  AnswerKind kind = AnswerKind::text;
};

struct Operation {
  const Service& service;
  std::string_view name;
  CallGroup group = CallGroup::read;
  /// Calling twice is like calling once: reads, and writes that only set.
  bool repeatable = true;
  /// Emulators may lack it, and then answer 500 with a page of their own: that is a `client` error, not an outage.
  bool may_be_unknown = false;
  std::span<const AnswerMember> answer = {};
};

}  // namespace slipway::aws
