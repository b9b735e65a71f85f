#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm-extension_api.h>
#include <cmark-gfm.h>

#include <memory>
#include <mutex>

#include "base/error.h"
#include "language/filters_all.h"
#include "language/markdown_emphasis.h"
#include "language/unicode.h"

namespace slipway::language::filter {
namespace {

struct Release {
  void operator()(cmark_parser* parser) const { cmark_parser_free(parser); }
  void operator()(cmark_node* node) const { cmark_node_free(node); }
  void operator()(char* text) const { cmark_get_default_mem_allocator()->free(text); }
};

constexpr const char* kExtensions[] = {"table", "autolink"};

// Some texts cost the library time that grows with the square of their length.
constexpr std::size_t kMaxMarkdown = 128 << 10;

std::string to_html(std::string_view text) {
  // The library keeps its extensions' characters in global tables while it parses.
  static std::mutex one_at_a_time;
  const std::lock_guard lock(one_at_a_time);
  cmark_gfm_core_extensions_ensure_registered();
  const std::unique_ptr<cmark_parser, Release> parser(cmark_parser_new(CMARK_OPT_UNSAFE));
  for (const char* name : kExtensions) {
    if (cmark_syntax_extension* extension = cmark_find_syntax_extension(name)) {
      cmark_parser_attach_syntax_extension(parser.get(), extension);
    }
  }
  cmark_parser_attach_syntax_extension(parser.get(), extra_emphasis());
  cmark_parser_feed(parser.get(), text.data(), text.size());
  const std::unique_ptr<cmark_node, Release> document(cmark_parser_finish(parser.get()));
  const std::unique_ptr<char, Release> html(
      cmark_render_html(document.get(), CMARK_OPT_UNSAFE, cmark_parser_get_syntax_extensions(parser.get())));
  return html.get();
}

}  // namespace

FilterResult markdown(FilterSubject subject, FilterOptions options, const FilterContext&) {
  if (!subject || !options.empty()) return std::nullopt;
  if (subject->size() > kMaxMarkdown) {
    fail(ErrorCode::too_large, "The Markdown filter takes texts of up to 128 KiB. Shorten the text.");
  }
  return to_html(trim_white_space(*subject)) + "\n";
}

}  // namespace slipway::language::filter
