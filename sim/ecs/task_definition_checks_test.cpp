#include "sim/ecs/task_definition_checks.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "sim/core/call.h"

namespace slipway::sim {
namespace {

/// What it is refused with, "" when it is taken.
std::string refusal_of(std::string_view task) {
  try {
    check_task_definition(json::parse(task).as_object());
    return "";
  } catch (const AwsError& error) {
    CHECK(error.code() == "ClientException");
    return error.message();
  }
}

std::string of_container(std::string_view members, std::string_view of_task = "") {
  return refusal_of(
      fmt::format(R"({{"family":"f","containerDefinitions":[{{"name":"c","image":"i"{}}}]{}}})", members, of_task));
}

/// Of a container beside one named d.
std::string of_pair(std::string_view members, std::string_view of_other = "") {
  return refusal_of(fmt::format(R"({{"family":"f","containerDefinitions":[{{"name":"c","image":"i","memory":8{}}},
      {{"name":"d","image":"i","memory":8{}}}]}})",
                                members, of_other));
}

std::string on_fargate(std::int64_t cpu, std::int64_t memory, std::string_view more = "") {
  return of_container(
      "", fmt::format(R"(,"requiresCompatibilities":["FARGATE"],"networkMode":"awsvpc","cpu":"{}","memory":"{}"{})",
                      cpu, memory, more));
}

}  // namespace

TEST_CASE("of all sizes, Fargate takes the 74 that it has") {
  int tried = 0, taken = 0;
  for (const std::int64_t cpu : {128, 256, 512, 1000, 1024, 2048, 4096, 8192, 16384, 32768}) {
    for (std::int64_t memory = 512; memory <= 131072; memory += 512) {
      ++tried;
      const std::string refusal = on_fargate(cpu, memory);
      if (refusal.empty()) ++taken;
      CHECK((refusal.empty() || refusal == fmt::format("No Fargate configuration exists for given values: {} CPU, {} "
                                                       "memory. See the Amazon ECS documentation for the valid values.",
                                                       cpu, memory)));
    }
  }
  MESSAGE(tried << " sizes tried, " << taken << " taken");
  CHECK(taken == 74);
  CHECK(on_fargate(8192, 17408) != "");
  CHECK(on_fargate(512, 1024, R"(,"runtimePlatform":{"operatingSystemFamily":"WINDOWS_SERVER_2022_CORE"})") != "");
  CHECK(of_container("", R"(,"requiresCompatibilities":["FARGATE"],"networkMode":"awsvpc","memory":"512")") ==
        "Fargate requires that 'cpu' be defined at the task level.");
}

TEST_CASE("a port is between 1 and 65535, and a host port may be left to ECS") {
  const auto with = [](std::string_view mapping, std::string_view mode = "bridge") {
    return of_container(fmt::format(R"(,"memory":8,"portMappings":[{}])", mapping),
                        fmt::format(R"(,"networkMode":"{}")", mode));
  };
  for (const std::string_view member : {"containerPort", "hostPort"}) {
    for (const int port : {-1, 65536, 70000}) {
      const std::string both = member == "hostPort" ? R"("containerPort":80,)" : "";
      CHECK(with(fmt::format(R"({{{}"{}":{}}})", both, member, port)) ==
            fmt::format("Invalid '{}' setting for container 'c'.", member));
    }
  }
  CHECK(with(R"({"containerPort":0})") == "Invalid 'containerPort' setting for container 'c'.");
  CHECK(with(R"({"protocol":"tcp"})") == "Invalid 'containerPort' setting for container 'c'.");
  CHECK(with(R"({"containerPort":1,"hostPort":0})") == "");
  CHECK(with(R"({"containerPort":65535,"hostPort":65535})") == "");
  for (const std::string_view mode : {"awsvpc", "host"}) {
    CHECK(with(R"({"containerPort":80,"hostPort":81})", mode).starts_with(fmt::format("When networkMode={}", mode)));
  }
  for (const std::string_view range : {"80", "90-80", "80-80", "0-9", "65000-70000", "a-b"}) {
    CHECK(with(fmt::format(R"({{"containerPortRange":"{}"}})", range)) ==
          "Invalid 'containerPortRange' setting for container 'c'.");
  }
  CHECK(with(R"({"containerPortRange":"8000-8010"})") == "");
  CHECK(with(R"({"name":"a","containerPort":80},{"name":"a","containerPort":81})") ==
        "The port mapping name 'a' is already used.");
}

TEST_CASE("memory and CPU of containers keep their bounds, each other's, and the task's") {
  for (const std::string_view member : {"memory", "memoryReservation"}) {
    for (const int size : {-1, 0, 5}) {
      CHECK(of_container(fmt::format(R"(,"{}":{})", member, size)) ==
            fmt::format("Invalid '{}' setting for container 'c'.", member));
    }
    CHECK(of_container(fmt::format(R"(,"{}":6)", member)) == "");
  }
  CHECK(of_container(R"(,"memory":127,"memoryReservation":128)") ==
        "Invalid setting for container 'c'. 'memory' must be greater than or equal to 'memoryReservation'.");
  CHECK(of_container(R"(,"memory":128,"memoryReservation":128)") == "");
  CHECK(of_container(R"(,"memory":513)", R"(,"memory":"512")") ==
        "The 'memory' setting for container 'c' is greater than for the task.");
  CHECK(of_container(R"(,"memory":8,"cpu":257)", R"(,"cpu":"256")") ==
        "The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'.");
  CHECK(of_container(R"(,"memory":8)", R"(,"cpu":"a lot")") == "Invalid 'cpu' setting for task.");
  CHECK(of_container("", R"(,"memory":"512","ephemeralStorage":{"sizeInGiB":20})") ==
        "EphemeralStorage size should be at least 21.");
  CHECK(of_container("", R"(,"memory":"512","ephemeralStorage":{"sizeInGiB":201})") ==
        "EphemeralStorage size should be at most 200.");
}

TEST_CASE("a container waits for one that there is, that can become what is waited for, and not for itself") {
  const auto waiting = [](std::string_view condition, std::string_view of_other = "") {
    return of_pair(fmt::format(R"(,"dependsOn":[{{"containerName":"d","condition":"{}"}}])", condition), of_other);
  };
  CHECK(waiting("START") == "");
  CHECK(waiting("HEALTHY") == "A dependency container with HEALTHY condition must have health check configured.");
  CHECK(waiting("HEALTHY", R"(,"healthCheck":{"command":["CMD","true"]})") == "");
  for (const std::string_view end : {"SUCCESS", "COMPLETE"}) {
    CHECK(waiting(end) ==
          "A dependency container with SUCCESS or COMPLETE condition cannot be an essential container.");
    CHECK(waiting(end, R"(,"essential":false)") == "");
  }
  CHECK(of_container(R"(,"memory":8,"dependsOn":[{"containerName":"e","condition":"START"}])") ==
        "Cannot depend on container 'e' because it does not exist.");
  const std::string to_itself = "The dependencies of container 'c' lead back to it: there must be no cycle of them.";
  CHECK(of_container(R"(,"memory":8,"dependsOn":[{"containerName":"c","condition":"START"}])") == to_itself);
  CHECK(waiting("START", R"(,"dependsOn":[{"containerName":"c","condition":"START"}])") == to_itself);
}

}  // namespace slipway::sim
