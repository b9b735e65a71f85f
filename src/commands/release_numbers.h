// Which number a new release gets, and what is known when it is made (VER-5..8, PKG-5).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "commands/context.h"
#include "model/channel.h"
#include "model/project.h"
#include "model/variable_set.h"
#include "planning/package_selection.h"

namespace slipway::commands {

/// `wanted` with its mask resolved; when it is empty, what the project's versioning strategy says: the package's
/// version, or a number that is free. Within the write that inserts the release, so that two calls at once get two
/// numbers (VER-7). Throws Error{invalid} for what is no version.
std::string release_number(storage::Reader&, const CommandContext&, const model::Project&, const model::Channel&,
                           const std::vector<planning::SelectedPackage>&, const std::string& wanted);

/// `version` itself. Throws Error{invalid} when it can't number a release: any text that orders will do, with a number
/// in front or none (`latest`), but no more than four of them.
std::string checked_number(std::string version);
/// Equal for equal versions (VER-1).
std::string version_key(const std::string& version);

/// The number that a release of the channel would get next, without looking at packages; nullopt when the project takes
/// it from a package, or its template gives none.
std::optional<std::string> next_release_number(storage::Reader&, const CommandContext&, const model::Project&,
                                               const model::Channel&);

}  // namespace slipway::commands
