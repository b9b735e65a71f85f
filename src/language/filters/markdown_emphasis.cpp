#include "language/filters/markdown_emphasis.h"

#include <cmark-gfm.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace slipway::language {
namespace {

struct Emphasis {
  std::string_view delimiter;
  const char* opening;
  const char* closing;
};

constexpr auto kEmphases = std::to_array<Emphasis>({
    {"~", "<sub>", "</sub>"},
    {"~~", "<del>", "</del>"},
    {"^", "<sup>", "</sup>"},
    {"++", "<ins>", "</ins>"},
    {"==", "<mark>", "</mark>"},
});
constexpr std::string_view kCharacters = "~^+=";
constexpr int kLongestRun = 100;

const Emphasis* find_emphasis(std::string_view delimiter) {
  for (const Emphasis& emphasis : kEmphases) {
    if (emphasis.delimiter == delimiter) return &emphasis;
  }
  return nullptr;
}

/// Takes a run of delimiters as text that may turn out to open or close an emphasis.
cmark_node* match(cmark_syntax_extension*, cmark_parser*, cmark_node*, unsigned char character,
                  cmark_inline_parser* parser) {
  if (kCharacters.find(static_cast<char>(character)) == std::string_view::npos) return nullptr;
  int opens = 0, closes = 0, punctuation_before = 0, punctuation_after = 0;
  const int count = cmark_inline_parser_scan_delimiters(parser, kLongestRun, character, &opens, &closes,
                                                        &punctuation_before, &punctuation_after);
  const std::string run(static_cast<std::size_t>(count), static_cast<char>(character));
  cmark_node* text = cmark_node_new(CMARK_NODE_TEXT);
  cmark_node_set_literal(text, run.c_str());
  if ((opens != 0 || closes != 0) && find_emphasis(run) != nullptr) {
    cmark_inline_parser_push_delimiter(parser, character, opens, closes, text);
  }
  return text;
}

/// Turns the text of the opener into a node around all up to the closer, where both are alike.
void wrap(cmark_node* opener, cmark_node* closer) {
  const std::string_view delimiter = cmark_node_get_literal(opener);
  const Emphasis* emphasis = find_emphasis(delimiter);
  if (emphasis == nullptr || delimiter != cmark_node_get_literal(closer)) return;
  if (cmark_node_set_type(opener, CMARK_NODE_CUSTOM_INLINE) == 0) return;
  cmark_node_set_on_enter(opener, emphasis->opening);
  cmark_node_set_on_exit(opener, emphasis->closing);
  for (cmark_node* node = cmark_node_next(opener); node != nullptr && node != closer;) {
    cmark_node* next = cmark_node_next(node);
    cmark_node_append_child(opener, node);
    node = next;
  }
  cmark_node_free(closer);
}

delimiter* close(cmark_syntax_extension*, cmark_parser*, cmark_inline_parser* parser, delimiter* opener,
                 delimiter* closer) {
  delimiter* behind = closer->next;
  wrap(opener->inl_text, closer->inl_text);
  for (delimiter* inside = closer; inside != nullptr && inside != opener;) {
    delimiter* previous = inside->previous;
    cmark_inline_parser_remove_delimiter(parser, inside);
    inside = previous;
  }
  cmark_inline_parser_remove_delimiter(parser, opener);
  return behind;
}

cmark_syntax_extension* make() {
  cmark_syntax_extension* extension = cmark_syntax_extension_new("extra-emphasis");
  cmark_mem* memory = cmark_get_default_mem_allocator();
  cmark_llist* characters = nullptr;
  for (const char c : kCharacters) {
    // cmark keeps characters as pointers.
    void* as_pointer = reinterpret_cast<void*>(static_cast<std::uintptr_t>(c));  // NOLINT(performance-no-int-to-ptr)
    characters = cmark_llist_append(memory, characters, as_pointer);
  }
  cmark_syntax_extension_set_match_inline_func(extension, match);
  cmark_syntax_extension_set_inline_from_delim_func(extension, close);
  cmark_syntax_extension_set_special_inline_chars(extension, characters);
  cmark_syntax_extension_set_emphasis(extension, 1);
  return extension;
}

struct Release {
  void operator()(cmark_syntax_extension* extension) const {
    cmark_syntax_extension_free(cmark_get_default_mem_allocator(), extension);
  }
};

}  // namespace

cmark_syntax_extension* extra_emphasis() {
  static const std::unique_ptr<cmark_syntax_extension, Release> extension(make());
  return extension.get();
}

}  // namespace slipway::language
