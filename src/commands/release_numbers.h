// Which number a new release gets, and what is known when it is made (VER-5..8, PKG-5).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "commands/context.h"
#include "language/versions/release_template.h"
#include "model/resources/projects/channel.h"
#include "model/resources/projects/project.h"
#include "model/resources/projects/variable_set.h"
#include "planning/package_selection.h"

namespace slipway::commands {

/// What a project's template is evaluated with, as one snapshot of the database shows it.
struct NumberGround {
  language::ReleaseTemplateInput input;
  std::string project;  ///< name
};

/// A number by the project's template, evaluated in front of the write that uses it: no transaction waits for a
/// template.
struct TemplateNumber {
  NumberGround ground;
  std::string after_last;                    ///< by the releases made last (VER-6)
  std::optional<std::string> after_highest;  ///< where that was taken
};

/// Other releases were made since the template was evaluated; evaluate it again.
class NumberOutdated : public Error {
 public:
  NumberOutdated();
};

/// Not to be called inside a transaction. Throws Error{invalid} when the template gives no version.
TemplateNumber evaluate_template(CommandContext&, const model::Project&, const model::Channel&);

/// `wanted` with its mask resolved; when it is empty, what the project's versioning strategy says: the package's
/// version, or a number that is free. Within the write that inserts the release, so that two calls at once get two
/// numbers (VER-7). `by_template` is needed when neither says it. Throws Error{invalid} for what is no version,
/// NumberOutdated.
std::string release_number(storage::Reader&, const CommandContext&, const model::Project&, const model::Channel&,
                           const std::vector<planning::SelectedPackage>&, const std::string& wanted,
                           const std::optional<TemplateNumber>& by_template);
/// Whether release_number takes it from the project's template.
bool is_numbered_by_template(const model::Project&, const std::string& wanted);

/// `version` itself. Throws Error{invalid} when it can't number a release: any text that orders will do, with a number
/// in front or none (`latest`), but no more than four of them.
std::string checked_number(std::string version);
/// Equal for equal versions (VER-1).
std::string version_key(const std::string& version);

/// The number that a release of the channel would get next, without looking at packages; nullopt when the project takes
/// it from a package, or its template gives none. Not to be called inside a transaction.
std::optional<std::string> next_release_number(CommandContext&, const model::Project&, const model::Channel&);

}  // namespace slipway::commands
