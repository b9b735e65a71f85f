#include "base/nearest.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace slipway;

namespace {

const std::vector<std::string_view> kMembers = {"name",    "image",   "cpu",          "environment",
                                                "command", "secrets", "dockerLabels", "environmentFiles"};

}  // namespace

TEST_CASE("a name with a slip is recognised, whether a letter is missing, too many, wrong or swapped") {
  for (const auto* slip : {"enviroment", "environnment", "envoronment", "enviornment", "Environment", "ENVIROMENT"}) {
    CAPTURE(slip);
    CHECK(nearest(slip, kMembers) == "environment");
  }
  CHECK(nearest("cqu", kMembers) == "cpu");
  CHECK(nearest("environmentfile", kMembers) == "environmentFiles");
}

TEST_CASE("what is like nothing known is not taken for anything") {
  for (const auto* other : {"", "x", "gpu0", "restartPolicy", "nature"}) {
    CAPTURE(other);
    CHECK_FALSE(nearest(other, kMembers));
  }
  CHECK_FALSE(nearest(std::string(5000, 'e'), kMembers));
  CHECK_FALSE(nearest("name", std::vector<std::string>{}));
}

TEST_CASE("the nearest name wins, and of equally near ones the first") {
  const std::vector<std::string> names = {"stopTimeout", "startTimeout"};
  CHECK(nearest("starTimeout", names) == "startTimeout");
  CHECK(nearest("bar", std::vector<std::string_view>{"bat", "baz"}) == "bat");
  CHECK(nearest("NAME", std::vector<std::string_view>{"namE1", "name"}) == "name");
}

TEST_CASE("distances above the limit are not told apart") {
  CHECK(letters_apart("abcdef", "abcdef", 0) == 0);
  CHECK(letters_apart("abcdef", "badcfe", 3) == 3);
  CHECK(letters_apart("kitten", "sitting", 3) == 3);
  CHECK(letters_apart("kitten", "sitting", 2) == 3);
  CHECK(letters_apart("ab", "ba", 1) == 1);
}

TEST_CASE("the question names what was probably meant, or isn't asked") {
  const std::vector<std::string> known = {"Region", "Cluster"};
  CHECK(did_you_mean("Regoin", known) == " Did you mean \"Region\"?");
  CHECK(did_you_mean("Service", known).empty());
}
