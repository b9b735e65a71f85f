// "Did you mean …?": the known name that somebody most likely meant by an unknown one. Names are compared without ASCII
// case, by how many letters are missing, added, replaced or swapped with their neighbour.
#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>

namespace slipway {

/// How many slips of a letter apart two names are, ignoring ASCII case; more than `most` when they are further apart
/// than that. Names of more than 256 bytes are near nothing.
std::size_t letters_apart(std::string_view a, std::string_view b, std::size_t most);

/// How many slips a name of that length may hold and still be recognised: one, from five letters on two, from twelve
/// on three. One of a single letter may hold none.
std::size_t most_slips(std::size_t length);

/// The name among `known` (texts that live on) that is nearly `given`; the nearest, the first of equally near ones. One
/// that differs in case alone is the nearest of all. nullopt: `given` is none of them misspelt.
template <std::ranges::input_range Names>
requires std::convertible_to<std::ranges::range_reference_t<Names>, std::string_view> std::optional<std::string_view>
nearest(std::string_view given, Names&& known) {
  std::optional<std::string_view> best;
  std::size_t most = most_slips(given.size());
  for (const std::string_view name : known) {
    const std::size_t apart = letters_apart(given, name, most);
    if (apart > most || (best && apart == most)) continue;
    best = name;
    most = apart;
  }
  return best;
}

/// ` Did you mean "name"?`, to stand behind a sentence; empty when nothing known is near.
template <std::ranges::input_range Names>
std::string did_you_mean(std::string_view given, Names&& known) {
  const auto name = nearest(given, known);
  return name ? " Did you mean \"" + std::string(*name) + "\"?" : std::string();
}

}  // namespace slipway
