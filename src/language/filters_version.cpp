#include "base/error.h"
#include "language/filters_all.h"
#include "language/version.h"

namespace slipway::language::filter {
namespace {

template <class Get>
FilterResult part(FilterSubject subject, Get get) {
  if (!subject) return std::nullopt;
  if (subject->empty()) fail_invalid("The version can not be an empty string.");
  return get(parse_version(VersionFormat::octopus, *subject));
}

}  // namespace

FilterResult version_major(FilterSubject subject, FilterOptions, const FilterContext&) {
  return part(subject, [](const Version& v) { return std::to_string(v.major); });
}

FilterResult version_minor(FilterSubject subject, FilterOptions, const FilterContext&) {
  return part(subject, [](const Version& v) { return std::to_string(v.minor); });
}

FilterResult version_patch(FilterSubject subject, FilterOptions, const FilterContext&) {
  return part(subject, [](const Version& v) { return std::to_string(v.patch); });
}

FilterResult version_revision(FilterSubject subject, FilterOptions, const FilterContext&) {
  return part(subject, [](const Version& v) { return std::to_string(v.revision); });
}

FilterResult version_prerelease(FilterSubject subject, FilterOptions, const FilterContext&) {
  return part(subject, [](const Version& v) { return v.prerelease; });
}

FilterResult version_prerelease_prefix(FilterSubject subject, FilterOptions, const FilterContext&) {
  return part(subject, [](const Version& v) { return v.prerelease_prefix; });
}

FilterResult version_prerelease_counter(FilterSubject subject, FilterOptions, const FilterContext&) {
  return part(subject, [](const Version& v) { return v.prerelease_counter; });
}

FilterResult version_metadata(FilterSubject subject, FilterOptions, const FilterContext&) {
  return part(subject, [](const Version& v) { return v.metadata; });
}

}  // namespace slipway::language::filter
