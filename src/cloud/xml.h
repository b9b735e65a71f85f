// The little XML that AWS's Query protocol answers with: elements and text. Attributes, comments and declarations are
// skipped; a document type is refused, so that no entity can grow.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::aws {

struct XmlElement {
  std::string name;
  std::string text;  ///< decoded; what stands between child elements is joined
  std::vector<XmlElement> children;

  /// The first element at a path of names below this one, "GetCallerIdentityResult/Account".
  const XmlElement* find(std::string_view path) const;
  /// Its text; nullopt when there is no such element.
  std::optional<std::string> text_at(std::string_view path) const;
};

/// The root element. Throws Error{invalid} naming the byte for anything malformed, deeper than 64 elements or larger
/// than 1 MiB.
XmlElement parse_xml(std::string_view text);

}  // namespace slipway::aws
