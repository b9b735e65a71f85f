#include "language/templates/budget.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "base/error.h"

namespace slipway::language {

namespace {
constexpr std::size_t kBytesPerStep = 64;
constexpr std::size_t kBetweenLooks = 64;
}  // namespace

std::chrono::nanoseconds time_of_this_thread() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

Budget::Budget(const EvaluationLimits& limits, WorkClock clock) : limits_(limits), clock_(clock), started_(clock()) {}

void Budget::spend(std::size_t bytes) {
  steps_ += 1 + bytes / kBytesPerStep;
  if (steps_ <= limits_.max_steps) return;
  fail(ErrorCode::too_large,
       fmt::format("Evaluating takes more than {} steps. Simplify the template or its variables.", limits_.max_steps));
}

void Budget::spend_unseen_work() {
  if (++unseen_ % kBetweenLooks != 0 || clock_() - started_ < limits_.max_work) return;
  fail(ErrorCode::too_large, fmt::format("Evaluating takes longer than {} ms. Simplify the template or its variables.",
                                         limits_.max_work.count()));
}

void Budget::take(std::size_t& of, std::size_t bytes) {
  if (bytes > limits_.max_bytes || bytes > limits_.max_bytes - std::min(limits_.max_bytes, kept_ + held_)) {
    fail(ErrorCode::too_large,
         fmt::format("Evaluating produces more than {} bytes of text. Shorten the variables.", limits_.max_bytes));
  }
  of += bytes;
}

void Budget::keep(std::size_t bytes) { take(kept_, bytes); }

void Budget::Hold::shrink_to(std::size_t bytes) {
  budget_.held_ = before_;
  add(bytes);
}

}  // namespace slipway::language
