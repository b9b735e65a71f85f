#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm-extension_api.h>
#include <cmark-gfm.h>

#include <algorithm>
#include <memory>
#include <mutex>

#include "base/error.h"
#include "base/text.h"
#include "language/dotnet/unicode.h"
#include "language/filters/filters_all.h"
#include "language/filters/markdown_emphasis.h"

namespace slipway::language::filter {
namespace {

struct Release {
  void operator()(cmark_parser* parser) const { cmark_parser_free(parser); }
  void operator()(cmark_node* node) const { cmark_node_free(node); }
  void operator()(char* text) const { cmark_get_default_mem_allocator()->free(text); }
};

constexpr const char* kExtensions[] = {"table", "autolink"};

// Some texts cost the library time that grows with the square of their length, or of a table's width.
constexpr std::size_t kMaxMarkdown = 64 << 10;
constexpr std::size_t kMaxCells = 20'000;
constexpr std::size_t kMaxAts = 1'000;      // each may begin a search for an e-mail address in all that follows
constexpr std::size_t kBytesPerByte = 128;  // that the document's tree and its HTML may take

/// The cells of the tables that a text may hold: each row of a table has as many as its widest.
std::size_t count_cells(std::string_view text) {
  std::size_t cells = 0, rows = 0, width = 0;
  for (const std::string_view line : split(text, '\n')) {
    if (trim_white_space(line).empty()) {
      cells += rows * width;
      rows = width = 0;
      continue;
    }
    ++rows;
    width = std::max(width, static_cast<std::size_t>(std::count(line.begin(), line.end(), '|')));
  }
  return cells + rows * width;
}

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

FilterResult markdown(FilterSubject subject, FilterOptions options, const FilterContext& context) {
  if (!subject || !options.empty()) return std::nullopt;
  if (subject->size() > kMaxMarkdown) {
    fail(ErrorCode::too_large, "The Markdown filter takes texts of up to 64 KiB. Shorten the text.");
  }
  if (count_cells(*subject) > kMaxCells) {
    fail(ErrorCode::too_large, "The Markdown filter takes tables of up to 20,000 cells. Make them smaller.");
  }
  if (static_cast<std::size_t>(std::count(subject->begin(), subject->end(), '@')) > kMaxAts) {
    fail(ErrorCode::too_large, "The Markdown filter takes texts with up to 1,000 '@'. Shorten the text.");
  }
  Budget::Hold hold(context.budget);
  hold.add(subject->size() * kBytesPerByte);
  context.budget.spend(subject->size() * kBytesPerByte);
  return to_html(trim_white_space(*subject)) + "\n";
}

}  // namespace slipway::language::filter
