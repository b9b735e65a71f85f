// For tests that are not about budgets.
#pragma once

#include <optional>

#include "language/templates/budget.h"

namespace slipway::language {

/// A new budget of `limits` for the calling thread; good until its next call.
inline Budget& fresh_budget(const EvaluationLimits& limits = kTextLimits) {
  thread_local std::optional<Budget> budget;
  budget.emplace(limits, time_of_this_thread);
  return *budget;
}

}  // namespace slipway::language
