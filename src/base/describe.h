// JSON for structs: `BOOST_DESCRIBE_STRUCT(T, (), (A, B))` once, then to_json and from_json.
//
// Members keep their C++ spelling on the wire, so wire structs are spelled as the wire is (PascalCase). Supported:
// bool, integers, double, std::string, Time (RFC 3339), enums described with BOOST_DESCRIBE_ENUM (by name),
// std::optional (null or absent), std::vector, std::map<std::string, T>, json::value (kept as it is), nested structs.
// Reading matches keys ignoring case, takes the default of an absent or null member, and ignores unknown members.
#pragma once

#include <fmt/format.h>

#include <boost/describe.hpp>
#include <boost/mp11/algorithm.hpp>
#include <concepts>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "base/time.h"

namespace slipway::json {

template <class T>
concept Described = boost::describe::has_describe_members<T>::value && !std::is_union_v<T>;
template <class T>
concept DescribedEnum = std::is_enum_v<T> && boost::describe::has_describe_enumerators<T>::value;

template <class T>
value to_json(const T& v);
template <class T>
T from_json(const value& v, std::string_view path = {});

namespace detail {

template <class T>
struct is_optional : std::false_type {};
template <class T>
struct is_optional<std::optional<T>> : std::true_type {};
template <class T>
struct is_vector : std::false_type {};
template <class T, class A>
struct is_vector<std::vector<T, A>> : std::true_type {};
template <class T>
struct is_map : std::false_type {};
template <class T>
struct is_map<std::map<std::string, T>> : std::true_type {};

template <class T>
using members_of = boost::describe::describe_members<T, boost::describe::mod_public | boost::describe::mod_inherited>;

[[noreturn]] inline void mismatch(std::string_view path, std::string_view expected) {
  fail_invalid(fmt::format("{} must be {}.", path.empty() ? "The value" : path, expected));
}

inline std::string child(std::string_view path, std::string_view name) {
  return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
}

template <class T>
T read_struct(const value& v, std::string_view path) {
  const object* members = v.if_object();
  if (members == nullptr) mismatch(path, "an object");
  T out{};
  boost::mp11::mp_for_each<members_of<T>>([&](auto d) {
    if (const value* member = find(*members, d.name); member != nullptr && !member->is_null()) {
      using Member = std::remove_cvref_t<decltype(out.*d.pointer)>;
      out.*d.pointer = from_json<Member>(*member, child(path, d.name));
    }
  });
  return out;
}

}  // namespace detail

/// The enumerator's name.
template <DescribedEnum E>
std::string_view name_of(E e) {
  std::string_view name = "?";
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto d) {
    if (d.value == e) name = d.name;
  });
  return name;
}

template <DescribedEnum E>
std::optional<E> enum_of(std::string_view name) {
  std::optional<E> found;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto d) {
    if (name == d.name) found = d.value;
  });
  return found;
}

template <class T>
value to_json(const T& v) {
  if constexpr (std::is_same_v<T, value>) {
    return v;
  } else if constexpr (std::is_same_v<T, Time>) {
    return value(to_rfc3339(v));
  } else if constexpr (DescribedEnum<T>) {
    return value(name_of(v));
  } else if constexpr (detail::is_optional<T>::value) {
    return v ? to_json(*v) : value(nullptr);
  } else if constexpr (detail::is_vector<T>::value) {
    array out;
    out.reserve(v.size());
    for (const auto& item : v) out.push_back(to_json<typename T::value_type>(item));
    return out;
  } else if constexpr (detail::is_map<T>::value) {
    object out;
    for (const auto& [key, item] : v) out.emplace(key, to_json(item));
    return out;
  } else if constexpr (Described<T>) {
    object out;
    boost::mp11::mp_for_each<detail::members_of<T>>([&](auto d) { out.emplace(d.name, to_json(v.*d.pointer)); });
    return out;
  } else if constexpr (std::is_same_v<T, std::string>) {
    return value(std::string_view(v));
  } else {
    return value(v);
  }
}

template <class T>
T from_json(const value& v, std::string_view path) {
  if constexpr (std::is_same_v<T, value>) {
    return v;
  } else if constexpr (std::is_same_v<T, bool>) {
    if (!v.is_bool()) detail::mismatch(path, "true or false");
    return v.get_bool();
  } else if constexpr (std::integral<T> || std::floating_point<T>) {
    boost::json::error_code error;
    const T number = v.to_number<T>(error);
    if (error) detail::mismatch(path, std::integral<T> ? "a whole number in range" : "a number");
    return number;
  } else if constexpr (std::is_same_v<T, std::string>) {
    if (!v.is_string()) detail::mismatch(path, "a text");
    return std::string(view(v.get_string()));
  } else if constexpr (std::is_same_v<T, Time>) {
    const auto time = v.is_string() ? parse_time(view(v.get_string())) : std::nullopt;
    if (!time) detail::mismatch(path, "a time such as 2024-05-01T02:03:04Z");
    return *time;
  } else if constexpr (DescribedEnum<T>) {
    const auto e = v.is_string() ? enum_of<T>(view(v.get_string())) : std::nullopt;
    if (!e) {
      std::string choices;
      boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>(
          [&](auto d) { choices += fmt::format("{}{}", choices.empty() ? "" : ", ", d.name); });
      detail::mismatch(path, "one of " + choices);
    }
    return *e;
  } else if constexpr (detail::is_optional<T>::value) {
    return v.is_null() ? T{} : T(from_json<typename T::value_type>(v, path));
  } else if constexpr (detail::is_vector<T>::value) {
    const array* items = v.if_array();
    if (items == nullptr) detail::mismatch(path, "a list");
    T out;
    out.reserve(items->size());
    for (std::size_t i = 0; i < items->size(); ++i) {
      out.push_back(from_json<typename T::value_type>((*items)[i], fmt::format("{}[{}]", path, i)));
    }
    return out;
  } else if constexpr (detail::is_map<T>::value) {
    const object* members = v.if_object();
    if (members == nullptr) detail::mismatch(path, "an object");
    T out;
    for (const auto& member : *members) {
      out.emplace(member.key(), from_json<typename T::mapped_type>(member.value(), detail::child(path, member.key())));
    }
    return out;
  } else {
    static_assert(Described<T>, "describe the struct with BOOST_DESCRIBE_STRUCT");
    return detail::read_struct<T>(v, path);
  }
}

}  // namespace slipway::json
