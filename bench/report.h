// What a benchmark says: figures, each beside its physical limit or a reference that was measured in the same run.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace slipway::bench {

/// The line that a figure must keep; none is a figure to look at only. A line is always a ratio to what was measured in
/// the same run, so that a busy machine or a slow disk moves both sides alike.
struct Target {
  enum class Kind { none, ratio_at_most, ratio_at_least };
  Kind kind = Kind::none;
  double bound = 0;
};
Target ratio_at_most(double ratio);
Target ratio_at_least(double ratio);

struct Figure {
  std::string name;
  double value = 0;
  std::string unit;
  std::string reference = {};  ///< what it is compared with; "" when nothing is
  std::optional<double> reference_value = {};
  Target target = {};

  std::optional<double> ratio() const;  ///< value / reference_value
  bool ok() const;
};

/// Prints each figure as it comes: a line of a table, or with `as_json` one object a line,
/// `{"name","value","unit","reference","reference_value","ratio","target","ok"}`.
class Report {
 public:
  explicit Report(bool as_json);
  void add(const Figure&);
  /// A line between figures; not part of the JSON.
  void heading(const std::string&);
  /// Whether every figure kept its target.
  bool ok() const { return ok_; }

 private:
  bool as_json_;
  bool ok_ = true;
};

double median(std::vector<double> values);

}  // namespace slipway::bench
