#include "language/masking/masking.h"

#include <doctest/doctest.h>

#include "base/text.h"

using namespace slipway;
using namespace slipway::language;

TEST_CASE("a secret is masked wherever a chunk border cuts it") {
  const Masker masker({"hunter22", "correct horse"});
  const std::string text = "user=x pass=hunter22;\nphrase correct horse end hunter2";
  const std::string expected = "user=x pass=********;\nphrase ******** end hunter2";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    MaskingStream stream(masker);
    std::string masked = stream.feed(text.substr(0, cut));
    masked += stream.feed(text.substr(cut));
    masked += stream.finish();
    CHECK(masked == expected);
  }
  MaskingStream bytewise(masker);
  std::string masked;
  for (const char c : text) masked += bytewise.feed(std::string_view(&c, 1));
  masked += bytewise.finish();
  CHECK(masked == expected);
}

TEST_CASE("a finished line is never held back") {
  const Masker masker({"abcdefgh\nijklmnop"});
  MaskingStream stream(masker);
  CHECK(stream.feed("xx abcd\n") == "xx abcd\n");
  CHECK(stream.feed("plain tail") == "plain tail");
  CHECK(stream.feed(" abcd") == " ");
  CHECK(stream.feed("efgh\n") == "********\n");
}

TEST_CASE("a secret with line breaks is masked line by line, and its short or blank lines are not") {
  const Masker masker({"-----BEGIN-----\r\n        \nMIIEvAIB\n-\n-----END-----"});
  CHECK(masker.mask("a -----BEGIN-----\r\n        x\n  MIIEvAIB\n-\n-----END-----\n") ==
        "a ********\r\n        x\n  ********\n-\n********\n");
}

TEST_CASE("base64, URL-escaped and JSON-escaped forms are masked too") {
  const std::string secret = "p\"ss w/rd=1";
  const Masker masker({secret});
  CHECK(masker.mask(to_base64(secret)) == kMask);
  CHECK(masker.mask("u=" + percent_encode(secret)) == "u=********");
  CHECK(masker.mask("p%22ss%20w%2frd%3d1") == kMask);
  CHECK(masker.mask("p%22ss+w%2Frd%3D1") == kMask);
  CHECK(masker.mask("{\"p\":\"p\\\"ss w/rd=1\"}") == "{\"p\":\"********\"}");
}

TEST_CASE("a secret is masked also without the blanks around it, which a step takes away") {
  const Masker masker({"  hunter22 ", "first line  \n\tsecond line"});
  CHECK(masker.mask("<hunter22>") == "<********>");
  CHECK(masker.mask("<  hunter22 >") == "<********>");
  CHECK(masker.mask("<first line|second line>") == "<********|********>");
  CHECK(Masker({" abc "}).mask("abc") == "abc");
}

TEST_CASE("values of three characters are left alone, whatever their size in bytes") {
  const Masker masker({"abc", "äöü", "", "1"});
  CHECK(masker.empty());
  CHECK(masker.mask("abc äöü 1") == "abc äöü 1");
  CHECK(Masker({"äöüß"}).mask("<äöüß>") == "<********>");
}

TEST_CASE("overlapping secrets become one mask, neighbours become two") {
  const Masker masker({"abcdef", "defghi", "aaaa"});
  CHECK(masker.mask("xabcdefghiy") == "x********y");
  CHECK(masker.mask("abcdefdefghi") == "****************");
  CHECK(masker.mask("aaaaaaaaaab") == "********b");
}

TEST_CASE("a longer secret hides the shorter one inside it") {
  const Masker masker({"bcde", "abcdefgh", "cdef"});
  CHECK(masker.mask("abcdefgh") == "********");
  CHECK(masker.mask("abcdefg") == "a********g");
}

TEST_CASE(
    "a long secret is masked to its end, however it is cut, and what only begins like it is shown from there on") {
  std::string secret;
  for (int i = 0; secret.size() < 5000; ++i) secret += "part-" + std::to_string(i * 7919) + "/";
  const std::string sibling = secret.substr(0, 2000) + "otherwise";
  const Masker masker({secret, sibling});
  CHECK(masker.mask("a " + secret + " b") == "a ******** b");
  CHECK(masker.mask(secret + secret) == "****************");
  CHECK(masker.mask("x" + sibling + "y") == "x********y");
  CHECK(masker.mask(secret.substr(0, 600) + "!") == "********!");
  CHECK(masker.mask(secret.substr(0, 100)) == secret.substr(0, 100));
  for (const std::size_t size : {1u, 7u, 511u, 513u, 4096u}) {
    MaskingStream stream(masker);
    const std::string text = "a " + secret + " b " + sibling + ".";
    std::string shown;
    for (std::size_t at = 0; at < text.size(); at += size) shown += stream.feed(text.substr(at, size));
    CHECK(shown + stream.finish() == "a ******** b ********.");
  }
}
