// The extra emphasis of Markdig, which the Markdown filter has: ~sub~ ~~del~~ ^sup^ ++ins++ ==mark==.
#pragma once

#include <cmark-gfm-extension_api.h>

namespace slipway::language {

/// The extension, made on first use; cmark keeps what it needs of it for the life of the process. Threads: any.
cmark_syntax_extension* extra_emphasis();

}  // namespace slipway::language
