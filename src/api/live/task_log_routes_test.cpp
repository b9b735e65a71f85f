#include "api/delivery/delivery_testing.h"
#include "storage/task_log.h"

using namespace slipway;
using namespace slipway::api::testing;

namespace {

struct LogApi : DeliveryApi {
  LogApi() {
    REQUIRE(make_release("1.0.0").status == 201);
    REQUIRE(deploy("1.0.0", "Dev").status == 201);
  }
  void append(const std::vector<std::pair<std::string, std::string>>& lines) {
    std::vector<storage::LogLine> all;
    for (const auto& [category, text] : lines) all.push_back({0, 1, category, clock().now(), text});
    database().write("log", [&](storage::Txn& t) { storage::append_log(t, "ServerTasks-1", all); });
  }
  Answer log(const std::string& query) { return get("/api/tasks/ServerTasks-1/log" + query); }
  std::string numbers(const std::string& query) {
    const Answer answer = log(query);
    REQUIRE_MESSAGE(answer.status == 200, answer.text);
    std::string all;
    for (const json::value& line : answer["Lines"].as_array())
      all += std::to_string(line.at("Number").as_int64()) + " ";
    return all + "next " + std::to_string(answer["Next"].as_int64()) + " of " +
           std::to_string(answer["Last"].as_int64());
  }
};

}  // namespace

TEST_CASE("A task's log is read on after a number, by range, level and from its end") {
  LogApi api;
  CHECK(api.numbers("") == "next 0 of 0");
  api.append({{"Info", "one"}, {"Verbose", "two"}, {"Error", "three"}});
  api.append({{"Wait", "four"}, {"Warning", "five"}});
  CHECK(api.numbers("") == "1 2 3 4 5 next 5 of 5");
  CHECK(api.numbers("?after=2") == "3 4 5 next 5 of 5");
  CHECK(api.numbers("?after=1&take=2") == "2 3 next 3 of 5");
  CHECK(api.numbers("?after=5") == "next 5 of 5");
  CHECK(api.numbers("?after=99") == "next 5 of 5");
  CHECK(api.numbers("?tail=2") == "4 5 next 5 of 5");
  CHECK(api.numbers("?tail=9&after=3") == "4 5 next 5 of 5");
  CHECK(api.numbers("?level=info") == "1 3 4 5 next 5 of 5");
  CHECK(api.numbers("?level=Warning") == "3 5 next 5 of 5");
  CHECK(api.numbers("?level=Error&tail=1") == "3 next 5 of 5");
  CHECK(api.numbers("?level=Warning&take=1") == "3 next 3 of 5");
  CHECK(api.numbers("?take=0") == "next 0 of 5");
  const json::value line = api.log("?tail=1")["Lines"].as_array()[0];
  CHECK(line.at("MessageText") == json::value("five"));
  CHECK(line.at("Category") == json::value("Warning"));
  CHECK(line.at("Unit") == json::value(1));
  CHECK(api.log("")["IsCompleted"] == json::value(false));
}

TEST_CASE("A log is refused by a level or length that is none, and in another space") {
  LogApi api;
  for (const char* query : {"?level=loud", "?take=10001", "?tail=10001", "?take=-1", "?after=x"}) {
    const Answer refused = api.log(query);
    CHECK(refused.status == 400);
  }
  CHECK(api.get("/api/tasks/ServerTasks-9/log").status == 404);
}

TEST_CASE("A long log comes in parts that follow one another, of all lines each once") {
  LogApi api;
  const std::string wide(60'000, 'x');
  for (int i = 0; i < 20; ++i) api.append(std::vector<std::pair<std::string, std::string>>(10, {"Info", wide}));
  std::int64_t after = 0, parts = 0;
  for (Answer part = api.log("?take=10000"); part["Next"].as_int64() > after;
       part = api.log("?take=10000&after=" + std::to_string(after))) {
    for (const json::value& line : part["Lines"].as_array()) CHECK(line.at("Number").as_int64() == ++after);
    CHECK(after == part["Next"].as_int64());
    CHECK(part.text.size() < (5u << 20));
    ++parts;
  }
  CHECK(after == 200);
  CHECK(parts == 3);
}

TEST_CASE("The tree of activities is shown without lines where it is asked for so, and with its last lines alone") {
  LogApi api;
  api.append({{"Info", "one"}, {"Verbose", "two"}, {"Info", "three"}});
  const auto shown = [&](const std::string& query) { return api.get("/api/tasks/ServerTasks-1/details" + query).text; };
  CHECK(shown("?lines=false").find("MessageText") == std::string::npos);
  CHECK(shown("?lines=false").find("ActivityLogs") != std::string::npos);
}
