// Where packages and images come from. One file per feed type; all_feeds.cpp lists them.
//
// A feed answers about repositories and versions; it decides nothing. Which versions a channel allows, and which is the
// newest, is for planning/version_choice.h to say.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace slipway::feeds {

struct Repository {
  std::string id;  ///< what a package reference names: "Fern.Web", "team/api"
  std::string description;
};

struct PackageVersion {
  std::string version;  ///< as the feed spells it
  std::string digest;   ///< "sha256:…" for an image, "" where the feed knows none
  std::optional<Time> published;
  std::int64_t size_bytes = 0;
};

/// Calls out: use it outside any transaction. Throws Error{invalid} when the feed refuses what it was asked (no such
/// repository, no permission) and Error{unavailable} when it doesn't answer; both say what to do. Threads: any.
class Feed {
 public:
  virtual ~Feed() = default;

  /// Repositories whose id contains `term` (ignoring case; "" = all), at most `limit`, by id.
  virtual std::vector<Repository> search(std::string_view term, std::size_t limit) = 0;
  /// Every version of a package, in no particular order; empty when there is none.
  virtual std::vector<PackageVersion> versions(std::string_view package_id) = 0;
  /// That one version, cheaper than the list; nullopt when the feed has no such version.
  virtual std::optional<PackageVersion> find(std::string_view package_id, std::string_view version) = 0;
  /// Host that images are pulled from, e.g. "1234.dkr.ecr.eu-west-1.amazonaws.com"; "" for a feed without images.
  virtual std::string registry() = 0;
};

}  // namespace slipway::feeds
