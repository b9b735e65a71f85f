#include "base/disk.h"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <utility>

#include "base/error.h"

using namespace slipway;

namespace {

/// A folder that the process works in, and that goes when the test ends.
struct Folder {
  Folder() : path(std::filesystem::temp_directory_path() / "slipway-disk-XXXXXX") {
    std::string pattern = path.string();
    path = ::mkdtemp(pattern.data());
    std::filesystem::current_path(path);
  }
  ~Folder() {
    std::filesystem::current_path(before);
    std::filesystem::remove_all(path);
  }
  std::string file(const std::string& name) const { return (path / name).string(); }
  std::size_t count() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path), {}));
  }

  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::path path;
};

}  // namespace

TEST_CASE("a file is made once, with its mode, and never replaced") {
  Folder folder;
  SystemDisk disk;
  CHECK_FALSE(disk.mode(folder.file("key")));
  CHECK(disk.create(folder.file("key"), "first", 0600));
  CHECK_FALSE(disk.create(folder.file("key"), "second", 0644));
  CHECK(disk.read(folder.file("key")) == "first");
  CHECK(disk.mode(folder.file("key")) == 0600u);
  CHECK(folder.count() == 1);
}

TEST_CASE("what lies beside is neither followed nor used") {
  Folder folder;
  SystemDisk disk;
  std::filesystem::create_symlink(folder.file("elsewhere"), folder.file("key.new"));
  std::filesystem::create_symlink(folder.file("elsewhere"), folder.file("link"));
  CHECK(disk.create(folder.file("key"), "content", 0600));
  CHECK_FALSE(disk.create(folder.file("link"), "content", 0600));
  CHECK_FALSE(disk.read(folder.file("elsewhere")));
}

TEST_CASE("a file is made in the folder that the process works in, too") {
  Folder folder;
  SystemDisk disk;
  CHECK(disk.create("mk.key", "content", 0600));
  CHECK(disk.read(folder.file("mk.key")) == "content");
}

TEST_CASE("what is no file, or too large, is told rather than read") {
  Folder folder;
  SystemDisk disk;
  REQUIRE(::mkfifo(folder.file("pipe").c_str(), 0600) == 0);
  std::ofstream(folder.file("large")) << std::string(kLargestFileRead + 1, 'x');
  std::ofstream(folder.file("largest")) << std::string(kLargestFileRead, 'x');
  std::filesystem::create_symlink("/dev/zero", folder.file("link"));
  const std::pair<std::string, const char*> cases[] = {
      {"/dev/zero", "is a device"},          {"/dev/null", "is a device"},       {folder.file("link"), "is a device"},
      {folder.path.string(), "is a folder"}, {folder.file("pipe"), "is a pipe"}, {folder.file("large"), "is larger"},
  };
  for (const auto& [path, problem] : cases) {
    CAPTURE(path);
    CHECK_THROWS_WITH_AS(disk.read(path), doctest::Contains(problem), Error);
  }
  CHECK(disk.read(folder.file("largest"))->size() == kLargestFileRead);
  CHECK(disk.read("/proc/self/status"));
}

TEST_CASE("the memory disk keeps the same contract") {
  MemoryDisk disk;
  CHECK(disk.create("/key", "first", 0640));
  CHECK_FALSE(disk.create("/key", "second", 0600));
  CHECK(disk.read("/key") == "first");
  CHECK(disk.mode("/key") == 0640u);
  CHECK_FALSE(disk.mode("/other"));
}
