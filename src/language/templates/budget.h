// What an evaluation may use. It is counted while the work is done, and bytes before they are allocated, so that no
// text of a user's holds a thread or fills the memory (docs/language.md, Templates).
#pragma once

#include <chrono>
#include <cstddef>

namespace slipway::language {

/// Reaching one throws Error{too_large} that names it.
struct EvaluationLimits {
  std::size_t max_depth;  ///< of variables in variables, nested blocks and filters, taken together
  std::size_t max_bytes;  ///< of all text held at once, and of all text produced
  std::size_t max_steps;  ///< of work: a token evaluated is one step, and so are 64 bytes of text handled
  /// Of the thread's own time. Counts only for regular expressions, whose work does not show in their text.
  std::chrono::milliseconds max_work;
};

/// What one request to the API may use for all the templates that it evaluates.
inline constexpr EvaluationLimits kRequestLimits{1000, 32u << 20, 4'000'000, std::chrono::milliseconds(500)};
/// For a text of a deployment or on the command line: about a second of work.
inline constexpr EvaluationLimits kTextLimits{1000, 32u << 20, 10'000'000, std::chrono::milliseconds(5'000)};

/// How long the calling thread has worked, whatever else the machine does.
using WorkClock = std::chrono::nanoseconds (*)();
std::chrono::nanoseconds time_of_this_thread();

/// Shared by all that is evaluated on behalf of one cause. Threads: one.
class Budget {
 public:
  Budget(const EvaluationLimits& limits, WorkClock clock);
  Budget(const Budget&) = delete;
  Budget& operator=(const Budget&) = delete;

  const EvaluationLimits& limits() const { return limits_; }
  /// One step, and the handling of that many bytes.
  void spend(std::size_t bytes);
  /// Takes a look at the clock once in a while; call it where work does not show in bytes.
  void spend_unseen_work();
  /// Bytes that stay until the evaluation ends.
  void keep(std::size_t bytes);

  /// Bytes that are held for as long as this lives. In its scope only.
  class Hold {
   public:
    explicit Hold(Budget& budget) : budget_(budget), before_(budget.held_) {}
    ~Hold() { budget_.held_ = before_; }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;

    /// Before they are allocated.
    void add(std::size_t bytes) { budget_.take(budget_.held_, bytes); }
    /// From here on only that many of those added.
    void shrink_to(std::size_t bytes);

   private:
    Budget& budget_;
    std::size_t before_;
  };

  std::size_t steps() const { return steps_; }
  std::size_t bytes() const { return kept_ + held_; }

 private:
  void take(std::size_t& of, std::size_t bytes);

  EvaluationLimits limits_;
  WorkClock clock_;
  std::size_t steps_ = 0, kept_ = 0, held_ = 0;
  std::size_t unseen_ = 0;
  std::chrono::nanoseconds started_;
};

}  // namespace slipway::language
