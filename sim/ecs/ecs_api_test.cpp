// ECS operations that are no rollout: task definitions, paging, look-ups and tags.
#include <doctest/doctest.h>

#include "sim/core/test_driver.h"

namespace slipway::sim {
namespace {

struct Account {
  Account()
      : driver(scenario_file("demo.json")), session(driver.assume(kHub, "222222222222", "demo-external-id-fern")) {}

  Answer call(std::string_view operation, std::string_view input) { return driver.ecs(session, operation, input); }
  json::object ok(std::string_view operation, std::string_view input) {
    const Answer answer = call(operation, input);
    REQUIRE_MESSAGE(answer.status == 200, answer.text);
    return answer.body;
  }
  json::object register_web(std::string_view more = "") {
    return ok(
        "RegisterTaskDefinition",
        fmt::format(R"({{"family":"web","containerDefinitions":[{{"name":"web","image":"nginx","memory":64}}]{}}})",
                    more));
  }

  Driver driver;
  Credentials session;
};

TEST_CASE("registering fills in what AWS fills in, and keeps what it does not know") {
  Account account;
  const json::object made = account.ok("RegisterTaskDefinition", R"({
      "family":"f","networkMode":"awsvpc","requiresCompatibilities":["FARGATE"],"cpu":"0.5 vCPU","memory":"2 GB",
      "somethingNew":{"a":1},
      "containerDefinitions":[{"name":"c","image":"i","portMappings":[{"containerPort":80}],
                               "healthCheck":{"command":["CMD","true"]}}]})");
  const json::object& definition = made.at("taskDefinition").get_object();
  CHECK(definition.at("cpu") == "512");
  CHECK(definition.at("memory") == "2048");
  CHECK(definition.at("somethingNew").at("a") == 1);
  CHECK(definition.at("status") == "ACTIVE");
  CHECK(definition.at("registeredBy") == "arn:aws:sts::222222222222:assumed-role/slipway-deployer/test");
  const json::object& container = definition.at("containerDefinitions").at(0).get_object();
  CHECK(container.at("cpu") == 0);
  CHECK(container.at("essential") == true);
  CHECK(container.at("environment").get_array().empty());
  CHECK(container.at("portMappings").at(0).at("hostPort") == 80);
  CHECK(container.at("portMappings").at(0).at("protocol") == "tcp");
  CHECK(container.at("healthCheck").at("interval") == 30);
}

TEST_CASE("task definitions that AWS refuses are refused") {
  Account account;
  for (std::string_view input : {
           R"({"family":"f"})",
           R"({"family":"f","containerDefinitions":[]})",
           R"({"family":"no spaces","containerDefinitions":[{"name":"c","image":"i","memory":8}]})",
           R"({"family":"f","containerDefinitions":[{"name":"c","memory":8}]})",
           R"({"family":"f","containerDefinitions":[{"name":"c","image":"i"}]})",
           R"({"family":"f","containerDefinitions":[{"name":"c","image":"i","memory":8,"essential":false}]})",
           R"({"family":"f","requiresCompatibilities":["FARGATE"],
               "containerDefinitions":[{"name":"c","image":"i","memory":8}]})",
       }) {
    CAPTURE(input);
    CHECK(account.call("RegisterTaskDefinition", input).code() == "ClientException");
  }
}

TEST_CASE("containers that contradict each other or their task are refused") {
  Account account;
  const auto with = [&](std::string_view container, std::string_view task = "") {
    return account.call(
        "RegisterTaskDefinition",
        fmt::format(R"({{"family":"f","containerDefinitions":[{{"name":"c","image":"i","memory":8{}}}]{}}})", container,
                    task));
  };
  CHECK(with("").status == 200);
  for (std::string_view wrong : {
           R"(,"image":"/shop/api:1.2.0")",
           R"(,"image":"shop/api:1 2")",
           R"(,"image":"shop/#{Repo}")",
           R"(,"name":"a b")",
           R"(,"environment":[{"name":"A","value":"1"}],"secrets":[{"name":"A","valueFrom":"p"}])",
           R"(,"secrets":[{"name":"A","valueFrom":"p"},{"name":"A","valueFrom":"q"}])",
           R"(,"mountPoints":[{"sourceVolume":"data","containerPath":"/data"}])",
           R"(,"volumesFrom":[{"sourceContainer":"d"}])",
           R"(,"dependsOn":[{"containerName":"d","condition":"START"}])",
           R"(},{"name":"c","image":"j","memory":8)",
       }) {
    CAPTURE(wrong);
    CHECK(with(wrong).code() == "ClientException");
  }
  CHECK(with("", R"(,"volumes":[{"name":"v"},{"name":"v"}])").code() == "ClientException");
  CHECK(with("", R"(,"ephemeralStorage":{"sizeInGiB":20})").code() == "ClientException");
  CHECK(with(R"(,"portMappings":[{"containerPort":80,"hostPort":8080}])", R"(,"networkMode":"awsvpc")").code() ==
        "ClientException");
  CHECK(with(R"(,"memoryReservation":"256")").code() == "SerializationException");
  CHECK(with(R"(,"environment":[{"name":"A","value":true}])").code() == "SerializationException");
  CHECK(with("", R"(,"networkMode":"AWSVPC")").code() == "ClientException");
}

TEST_CASE("a role's short name is shown as its ARN") {
  Account account;
  const json::object made = account.register_web(R"(,"taskRoleArn":"web","executionRoleArn":null)");
  CHECK(made.at("taskDefinition").at("taskRoleArn") == "arn:aws:iam::222222222222:role/web");
  CHECK_FALSE(made.at("taskDefinition").as_object().contains("executionRoleArn"));
}

TEST_CASE("clusters, services and tasks are found by name and by ARN, old or new, but not by another's ARN") {
  Account account;
  const std::string place = "arn:aws:ecs:eu-west-1:222222222222:";
  const auto found = [&](std::string_view cluster, const std::string& service) {
    const Answer answer =
        account.call("DescribeServices", fmt::format(R"({{"cluster":"{}","services":["{}"]}})", cluster, service));
    return answer.status == 200 && answer.body.at("services").as_array().size() == 1;
  };
  CHECK(found("prod", "web"));
  CHECK(found(place + "cluster/prod", place + "service/prod/web"));
  CHECK(found("prod", place + "service/web"));
  CHECK_FALSE(found("prod", place + "service/test/web"));
  CHECK_FALSE(found("prod", "arn:aws:ecs:eu-west-1:333333333333:service/prod/web"));
  CHECK_FALSE(found("arn:aws:ecs:us-east-1:222222222222:cluster/prod", "web"));
  const std::string update = fmt::format(R"({{"cluster":"{0}cluster/prod","service":"{0}service/prod/web"}})", place);
  CHECK(account.call("UpdateService", update).status == 200);
}

TEST_CASE("a daemon takes no desired count, and runs a task on the one container instance") {
  Account account;
  const std::string_view daemon =
      R"({"cluster":"prod","serviceName":"agent","taskDefinition":"web","schedulingStrategy":"DAEMON"})";
  CHECK(account
            .call("CreateService", R"({"cluster":"prod","serviceName":"agent","taskDefinition":"web",
      "schedulingStrategy":"DAEMON","desiredCount":1})")
            .code() == "InvalidParameterException");
  CHECK(account.ok("CreateService", daemon).at("service").at("desiredCount") == 1);
  account.driver.pass(std::chrono::minutes(2));
  CHECK(account.ok("DescribeServices", R"({"cluster":"prod","services":["agent"]})")
            .at("services")
            .at(0)
            .at("runningCount") == 1);
  CHECK(account.call("UpdateService", R"({"cluster":"prod","service":"agent","desiredCount":2})").code() ==
        "InvalidParameterException");
}

TEST_CASE("a service refuses a task definition without the container of its load balancer") {
  Account account;
  const auto create = [&](std::string_view container) {
    return account.call("CreateService",
                        fmt::format(R"({{"cluster":"prod","serviceName":"s-{0}","taskDefinition":"web","loadBalancers":[
          {{"targetGroupArn":"arn:tg","containerName":"{0}","containerPort":8080}}]}})",
                                    container));
  };
  CHECK(create("web").status == 200);
  CHECK(create("wbe").code() == "InvalidParameterException");
}

TEST_CASE("a region that AWS has not is no scope of a signature") {
  Account account;
  net::Request request;
  request.body = "{}";
  request.headers = {{"content-type", "application/x-amz-json-1.1"},
                     {"x-amz-target", "AmazonEC2ContainerServiceV20141113.ListClusters"}};
  net::Request signed_request = account.driver.sign(account.session, "ecs", std::move(request));
  std::string authorization(*signed_request.headers.find("authorization"));
  authorization.replace(authorization.find("eu-west-1"), 9, "eu-wset-1");
  signed_request.headers.set("Authorization", authorization);
  const auto response = account.driver.simulator.handle(std::move(signed_request));
  CHECK(response.body.find("Credential should be scoped to a valid region, not 'eu-wset-1'.") != std::string::npos);
}

TEST_CASE("a family means its newest active revision") {
  Account account;
  account.register_web();
  account.register_web();
  account.ok("DeregisterTaskDefinition", R"({"taskDefinition":"web:3"})");
  const auto revision = [&](std::string_view name) {
    return account.ok("DescribeTaskDefinition", fmt::format(R"({{"taskDefinition":"{}"}})", name))
        .at("taskDefinition")
        .at("revision");
  };
  CHECK(revision("web") == 2);
  CHECK(revision("web:3") == 3);
  CHECK(account.call("DescribeTaskDefinition", R"({"taskDefinition":"web:9"})").code() == "ClientException");
  CHECK(account
            .call("DescribeTaskDefinition",
                  R"({"taskDefinition":"arn:aws:ecs:eu-west-1:333333333333:task-definition/web:1"})")
            .code() == "ClientException");
  CHECK(account.call("UpdateService", R"({"cluster":"prod","service":"web","taskDefinition":"web:3"})").code() ==
        "ClientException");
}

TEST_CASE("every registration makes a revision, even of equal content, and numbers never repeat") {
  Account account;
  account.register_web();
  account.ok("DeregisterTaskDefinition", R"({"taskDefinition":"web:2"})");
  CHECK(account.register_web().at("taskDefinition").at("revision") == 3);
  CHECK(account.driver.admin("calls").at("accounts").at("222222222222").at("revisionsRegistered").at("web") == 2);
}

TEST_CASE("revisions are listed by exact family, newest first on request, page by page") {
  Account account;
  account.register_web();
  account.ok("RegisterTaskDefinition",
             R"({"family":"web2","containerDefinitions":[{"name":"c","image":"i","memory":8}]})");
  const json::object first =
      account.ok("ListTaskDefinitions", R"({"familyPrefix":"web","sort":"DESC","maxResults":1})");
  CHECK(first.at("taskDefinitionArns").get_array().size() == 1);
  CHECK(json::view(first.at("taskDefinitionArns").at(0).get_string()).ends_with("/web:2"));
  const json::object second = account.ok(
      "ListTaskDefinitions", fmt::format(R"({{"familyPrefix":"web","sort":"DESC","maxResults":1,"nextToken":"{}"}})",
                                         text_or(first, "nextToken")));
  CHECK(json::view(second.at("taskDefinitionArns").at(0).get_string()).ends_with("/web:1"));
  CHECK_FALSE(second.contains("nextToken"));
  CHECK(account.call("ListTaskDefinitions", R"({"nextToken":"x"})").code() == "InvalidParameterException");
}

TEST_CASE("tags of a task definition come only when asked for") {
  Account account;
  account.register_web(R"(,"tags":[{"key":"cd:step-id","value":"s1"}])");
  CHECK_FALSE(account.ok("DescribeTaskDefinition", R"({"taskDefinition":"web"})").contains("tags"));
  const json::object with = account.ok("DescribeTaskDefinition", R"({"taskDefinition":"web","include":["TAGS"]})");
  CHECK(with.at("tags").at(0).at("value") == "s1");
}

TEST_CASE("resources can be tagged and untagged by their ARN") {
  Account account;
  const std::string arn = "arn:aws:ecs:eu-west-1:222222222222:service/prod/web";
  account.ok("TagResource", fmt::format(R"({{"resourceArn":"{}","tags":[{{"key":"a","value":"1"}}]}})", arn));
  account.ok("TagResource", fmt::format(R"({{"resourceArn":"{}","tags":[{{"key":"b","value":"2"}}]}})", arn));
  account.ok("UntagResource", fmt::format(R"({{"resourceArn":"{}","tagKeys":["a"]}})", arn));
  const json::object left = account.ok("ListTagsForResource", fmt::format(R"({{"resourceArn":"{}"}})", arn));
  CHECK(json::to_text(left) == R"({"tags":[{"key":"b","value":"2"}]})");
  CHECK(account.call("TagResource", R"({"resourceArn":"web","tags":[]})").code() == "InvalidParameterException");
}

TEST_CASE("what is missing is a failure in the answer, a missing cluster is an error") {
  Account account;
  const json::object described = account.ok("DescribeServices", R"({"cluster":"prod","services":["web","nope"]})");
  CHECK(described.at("services").get_array().size() == 1);
  CHECK(described.at("failures").at(0).at("reason") == "MISSING");
  CHECK(described.at("failures").at(0).at("arn") == "arn:aws:ecs:eu-west-1:222222222222:service/prod/nope");
  CHECK(account.call("DescribeServices", R"({"cluster":"nope","services":["web"]})").code() ==
        "ClusterNotFoundException");
  CHECK(account.call("UpdateService", R"({"cluster":"prod","service":"nope"})").code() == "ServiceNotFoundException");
}

TEST_CASE("at most ten services are described at once, and ten listed by default") {
  Account account;
  std::string names;
  for (int i = 1; i <= 11; ++i) {
    account.ok("CreateService",
               fmt::format(R"({{"cluster":"prod","serviceName":"s{}","taskDefinition":"web","desiredCount":1}})", i));
    names += fmt::format(R"({}"s{}")", i > 1 ? "," : "", i);
  }
  CHECK(account.call("DescribeServices", fmt::format(R"({{"cluster":"prod","services":[{}]}})", names)).code() ==
        "InvalidParameterException");
  const json::object page = account.ok("ListServices", R"({"cluster":"prod"})");
  CHECK(page.at("serviceArns").get_array().size() == 10);
  CHECK(page.contains("nextToken"));
}

TEST_CASE("more tasks than a page holds are listed page by page") {
  Account account;
  account.ok("UpdateService", R"({"cluster":"prod","service":"web","desiredCount":120})");
  account.driver.pass(std::chrono::minutes(2));
  const json::object first = account.ok("ListTasks", R"({"cluster":"prod","serviceName":"web"})");
  CHECK(first.at("taskArns").get_array().size() == 100);
  const json::object rest = account.ok(
      "ListTasks",
      fmt::format(R"({{"cluster":"prod","serviceName":"web","nextToken":"{}"}})", text_or(first, "nextToken")));
  CHECK(rest.at("taskArns").get_array().size() == 20);
}

TEST_CASE("a name can't be created twice, but again once the first is inactive") {
  Account account;
  const std::string_view create = R"({"cluster":"prod","serviceName":"web","taskDefinition":"web","desiredCount":1})";
  CHECK(account.call("CreateService", create).code() == "InvalidParameterException");
  CHECK(account.call("DeleteService", R"({"cluster":"prod","service":"web"})").code() == "InvalidParameterException");
  account.ok("DeleteService", R"({"cluster":"prod","service":"web","force":true})");
  account.driver.pass(std::chrono::minutes(1));
  account.ok("CreateService", create);
  account.driver.pass(std::chrono::minutes(2));
  const json::object described = account.ok("DescribeServices", R"({"cluster":"prod","services":["web"]})");
  CHECK(described.at("services").at(0).at("runningCount") == 1);
}

TEST_CASE("service revisions name the digest of each image that was pulled") {
  Account account;
  const json::object service =
      account.ok("DescribeServices", R"({"cluster":"prod","services":["web"]})").at("services").at(0).get_object();
  const std::string revision = text_or(service.at("currentServiceRevisions").at(0).get_object(), "arn");
  const json::object described =
      account.ok("DescribeServiceRevisions", fmt::format(R"({{"serviceRevisionArns":["{}"]}})", revision));
  const json::object& image = described.at("serviceRevisions").at(0).at("containerImages").at(0).get_object();
  CHECK(image.at("containerName") == "web");
  CHECK(json::view(image.at("imageDigest").get_string()).starts_with("sha256:0900"));
}

TEST_CASE("malformed bodies and unknown operations are refused in the protocol's terms") {
  Account account;
  CHECK(account.call("ListClusters", "{").code() == "SerializationException");
  CHECK(account.call("ListClusters", "[]").code() == "SerializationException");
  CHECK(account.call("InventCluster", "{}").code() == "UnknownOperationException");
}

}  // namespace
}  // namespace slipway::sim
