// How bodies and answers look, as JSON Schema in the form that OpenAPI 3.0 takes. Routes declare theirs with these; the
// OpenAPI document shows them, and the tests hold every answer against them.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "base/describe.h"
#include "base/json.h"

namespace slipway::api::shape {

json::object text();
json::object whole_number();
json::object flag();
json::object time();
/// Any value at all.
json::object anything();
json::object choice(std::initializer_list<std::string_view> texts);
json::object or_null(json::object);
json::object list_of(json::object items);
json::object map_of(json::object values);
/// The component of that name.
json::object one(std::string_view component);
/// A page of a list of them.
json::object page_of(json::object items);
inline json::object page_of(std::string_view component) { return page_of(one(component)); }
inline json::object list_of(std::string_view component) { return list_of(one(component)); }
/// An object that always has these members and no others.
json::object object(std::initializer_list<std::pair<std::string_view, json::object>> members);
/// An object without members: a body that says nothing, an answer that is only "done".
json::object nothing();
/// Of an answer that is always this one.
json::object like(const json::value& example);
/// Links to other addresses, by name.
json::object links();
/// Of a map whose names are ids.
json::object by_id(json::object map);
/// Whether two names of members of such an object mean the same when their case alone differs: not those of a map,
/// which are data.
bool ignores_case_of_names(const json::object& shape);

namespace detail {
json::object body(json::object properties, std::initializer_list<std::string_view> required);

template <class T>
json::object of() {
  if constexpr (std::is_same_v<T, json::value>) {
    return anything();
  } else if constexpr (std::is_same_v<T, bool>) {
    return flag();
  } else if constexpr (std::integral<T>) {
    return whole_number();
  } else if constexpr (std::is_same_v<T, std::string>) {
    return text();
  } else if constexpr (std::is_same_v<T, Time>) {
    return time();
  } else if constexpr (json::DescribedEnum<T>) {
    json::array names;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>([&](auto d) { names.emplace_back(d.name); });
    return {{"type", "string"}, {"enum", std::move(names)}};
  } else if constexpr (json::detail::is_optional<T>::value) {
    return or_null(of<typename T::value_type>());
  } else if constexpr (json::detail::is_vector<T>::value) {
    return list_of(of<typename T::value_type>());
  } else if constexpr (json::detail::is_map<T>::value) {
    return map_of(of<typename T::mapped_type>());
  } else {
    json::object properties;
    boost::mp11::mp_for_each<json::detail::members_of<T>>([&](auto d) {
      using Member = std::remove_cvref_t<decltype(std::declval<T>().*d.pointer)>;
      properties.emplace(d.name, of<Member>());
    });
    return body(std::move(properties), {});
  }
}
}  // namespace detail

/// A body that is read into the struct `T`. Members may be left out unless they are named here.
template <json::Described T>
json::object of(std::initializer_list<std::string_view> required = {}) {
  return detail::body(std::move(detail::of<T>().at("properties").as_object()), required);
}

/// The name of one of the enumerators.
template <json::DescribedEnum E>
json::object enumerator() {
  return detail::of<E>();
}

}  // namespace slipway::api::shape
