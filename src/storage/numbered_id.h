// Ids such as "ServerTasks-44", and the number that tables keep of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/database.h"

namespace slipway::storage {

inline constexpr std::string_view kReleasePrefix = "Releases";
inline constexpr std::string_view kDeploymentPrefix = "Deployments";
inline constexpr std::string_view kTaskPrefix = "ServerTasks";
inline constexpr std::string_view kEventPrefix = "Events";

/// The prefix in any case; nullopt for a text that is no such id and therefore names nothing.
std::optional<std::int64_t> number_of(std::string_view id, std::string_view prefix);
/// For what is stored: 0 for "", Error{internal} for any other text that is no such id.
std::int64_t stored_number(std::string_view id, std::string_view prefix);
/// The id of a stored number; "" for 0.
std::string numbered_id(std::string_view prefix, std::int64_t number);

/// The numbers of those texts that are such ids, in their order, as parameters.
std::vector<Parameter> numbers_of(const std::vector<std::string>& ids, std::string_view prefix);

}  // namespace slipway::storage
