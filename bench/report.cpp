#include "bench/report.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>

#include "base/json.h"

namespace slipway::bench {
namespace {

std::string describe(const Target& target) {
  switch (target.kind) {
    case Target::Kind::ratio_at_most:
      return fmt::format("<= {} of the reference", target.bound);
    case Target::Kind::ratio_at_least:
      return fmt::format(">= {} of the reference", target.bound);
    case Target::Kind::none:
      break;
  }
  return "";
}

json::value or_null(const std::optional<double>& number) { return number ? json::value(*number) : json::value(); }

std::string as_object(const Figure& figure) {
  return json::to_text(json::object{{"name", figure.name},
                                    {"value", figure.value},
                                    {"unit", figure.unit},
                                    {"reference", figure.reference},
                                    {"reference_value", or_null(figure.reference_value)},
                                    {"ratio", or_null(figure.ratio())},
                                    {"target", describe(figure.target)},
                                    {"ok", figure.ok()}});
}

std::string as_line(const Figure& figure) {
  std::string line = fmt::format("{:<6} {:<52} {:>10.4g} {:<14}", figure.ok() ? "ok" : "SHORT", figure.name,
                                 figure.value, figure.unit);
  if (figure.target.kind != Target::Kind::none) line += fmt::format("  {}", describe(figure.target));
  if (const auto ratio = figure.ratio()) {
    line += fmt::format("  [{:.3g} x {}: {:.4g}]", *ratio, figure.reference, *figure.reference_value);
  }
  return line;
}

}  // namespace

Target ratio_at_most(double ratio) { return {Target::Kind::ratio_at_most, ratio}; }
Target ratio_at_least(double ratio) { return {Target::Kind::ratio_at_least, ratio}; }

std::optional<double> Figure::ratio() const {
  if (!reference_value || *reference_value == 0) return std::nullopt;
  return value / *reference_value;
}

bool Figure::ok() const {
  switch (target.kind) {
    case Target::Kind::ratio_at_most:
      return ratio() && *ratio() <= target.bound;
    case Target::Kind::ratio_at_least:
      return ratio() && *ratio() >= target.bound;
    case Target::Kind::none:
      break;
  }
  return true;
}

Report::Report(bool as_json) : as_json_(as_json) {}

void Report::add(const Figure& figure) {
  ok_ = ok_ && figure.ok();
  fmt::print("{}\n", as_json_ ? as_object(figure) : as_line(figure));
  std::fflush(stdout);
}

void Report::heading(const std::string& text) {
  if (!as_json_) fmt::print("\n{}\n", text);
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace slipway::bench
