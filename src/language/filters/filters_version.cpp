#include "base/error.h"
#include "language/filters/filters_all.h"
#include "language/versions/version.h"

namespace slipway::language::filter {
namespace {

template <class Get>
FilterResult part(FilterSubject subject, Get get) {
  if (!subject) return std::nullopt;
  if (subject->empty()) fail_invalid("The version can not be an empty string.");
  // The text may be a secret, so that the error does not show it.
  const VersionParse parse = read_version(VersionFormat::octopus, *subject);
  if (parse.version) return get(*parse.version);
  fail_invalid(parse.problem == VersionProblem::overflow
                   ? "The text given to a Version filter has a number above 2147483647. Use smaller numbers."
                   : "The text given to a Version filter is no version. Write it like 1.2.3 or 1.2.3-beta.1.");
}

}  // namespace

FilterResult version_major(FilterSubject subject, FilterOptions, const FilterContext&) {
  return part(subject, [](const Version& v) { return v.major.text(); });
}

FilterResult version_minor(FilterSubject subject, FilterOptions, const FilterContext&) {
  return part(subject, [](const Version& v) { return v.minor.text(); });
}

FilterResult version_patch(FilterSubject subject, FilterOptions, const FilterContext&) {
  return part(subject, [](const Version& v) { return v.patch.text(); });
}

FilterResult version_revision(FilterSubject subject, FilterOptions, const FilterContext&) {
  return part(subject, [](const Version& v) { return v.revision.text(); });
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
