#include "base/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace slipway {
namespace {

std::string escaped(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == '\\' || c == '"') out.push_back('\\');
    c == '\n' ? out += "\\n" : out += c;
  }
  return out;
}

std::string text_of(Metrics::Labels labels) {
  std::string text;
  for (const auto& [name, value] : labels) {
    text += fmt::format("{}{}=\"{}\"", text.empty() ? "" : ",", name, escaped(value));
  }
  return text;
}

void append_sample(std::string& out, std::string_view name, std::string_view labels, double value) {
  const auto braces = labels.empty() ? std::string() : fmt::format("{{{}}}", labels);
  fmt::format_to(std::back_inserter(out), "{}{} {}\n", name, braces, value);
}

}  // namespace

void Histogram::observe(Duration took) {
  const double seconds = std::chrono::duration<double>(took).count();
  const auto bucket = std::lower_bound(kSeconds.begin(), kSeconds.end(), seconds) - kSeconds.begin();
  buckets_[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
  micros_.fetch_add(static_cast<std::uint64_t>(std::max<Duration::rep>(took.count(), 0)), std::memory_order_relaxed);
}

Metrics::Series& Metrics::series(Families& families, std::string_view name, std::string_view help, Labels labels) {
  auto family = families.find(name);
  if (family == families.end()) family = families.emplace(name, Family{std::string(help), {}}).first;
  return family->second.series[text_of(labels)];
}

Counter& Metrics::counter(std::string_view name, std::string_view help, Labels labels) {
  const auto families = families_.lock();
  auto& counter = series(*families, name, help, labels).counter;
  if (!counter) counter = std::make_unique<Counter>();
  return *counter;
}

Histogram& Metrics::histogram(std::string_view name, std::string_view help, Labels labels) {
  const auto families = families_.lock();
  auto& histogram = series(*families, name, help, labels).histogram;
  if (!histogram) histogram = std::make_unique<Histogram>();
  return *histogram;
}

void Metrics::gauge(std::string_view name, std::string_view help, Labels labels, std::function<double()> read) {
  const auto families = families_.lock();
  series(*families, name, help, labels).gauge = std::move(read);
}

std::string Metrics::text() const {
  const auto families = families_.lock();
  std::string out;
  for (const auto& [name, family] : *families) {
    const auto& first = family.series.begin()->second;
    const auto* const type = first.counter ? "counter" : first.histogram ? "histogram" : "gauge";
    fmt::format_to(std::back_inserter(out), "# HELP {} {}\n# TYPE {} {}\n", name, family.help, name, type);
    for (const auto& [labels, series] : family.series) {
      if (series.counter) append_sample(out, name, labels, static_cast<double>(series.counter->value()));
      if (series.gauge) append_sample(out, name, labels, series.gauge());
      if (!series.histogram) continue;
      std::uint64_t count = 0;
      const auto& buckets = series.histogram->buckets_;
      for (std::size_t i = 0; i < buckets.size(); ++i) {
        count += buckets[i].load(std::memory_order_relaxed);
        const auto bound =
            i < Histogram::kSeconds.size() ? fmt::format("{}", Histogram::kSeconds[i]) : std::string("+Inf");
        append_sample(out, name + "_bucket", fmt::format("{}{}le=\"{}\"", labels, labels.empty() ? "" : ",", bound),
                      static_cast<double>(count));
      }
      append_sample(out, name + "_sum", labels,
                    static_cast<double>(series.histogram->micros_.load(std::memory_order_relaxed)) / 1e6);
      append_sample(out, name + "_count", labels, static_cast<double>(count));
    }
  }
  return out;
}

}  // namespace slipway
