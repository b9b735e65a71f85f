// A sample document of every resource, for tests that walk all of them.
#pragma once

#include "api/testing.h"

namespace slipway::api::testing {

/// A document of each resource that clients create, and where they create it.
struct Sample {
  const char* path;
  const char* body;
};

/// In an order in which each finds what it refers to.
inline constexpr Sample kSamples[] = {
    {"/api/users",
     R"({"Username":"jane","DisplayName":"Jane","Password":"012345678901234567890123456789012345678901234"})"},
    {"/api/teams", R"({"Name":"Operators","MemberUserIds":null})"},
    {"/api/Spaces-1/environments",
     R"({"Name":"Development","ExtensionSettings":[{"ExtensionId":"x","Values":{"A":1}}]})"},
    {"/api/Spaces-1/lifecycles",
     R"({"Name":"Two steps","Phases":[{"Name":"First","OptionalDeploymentTargets":["Environments-1"],"ReleaseRetentionPolicy":null}]})"},
    {"/api/Spaces-1/projectgroups", R"({"Name":"Group"})"},
    {"/api/Spaces-1/tagsets", R"({"Name":"Ring","Tags":[{"Name":"A","Color":"#ff0000"},{"Name":"B"}]})"},
    {"/api/Spaces-1/machinepolicies", R"({"Name":"Policy","ConnectionRetryCountLimit":7})"},
    {"/api/Spaces-1/workerpools", R"({"Name":"Pool","WorkerPoolType":"StaticWorkerPool"})"},
    {"/api/Spaces-1/feeds",
     R"({"Name":"ECR","FeedType":"AwsElasticContainerRegistry","Region":"eu-west-1","AccessKey":"AK","SecretKey":{"HasValue":true,"NewValue":"s3cret-key"}})"},
    {"/api/Spaces-1/libraryvariablesets", R"({"Name":"Shared","ContentType":"Variables","Templates":[{"Name":""}]})"},
    {"/api/Spaces-1/projects", R"({"Name":"Web","LifecycleID":"Lifecycles-1","ProjectGroupID":"ProjectGroups-1"})"},
    {"/api/Spaces-1/channels",
     R"({"Name":"Beta","ProjectId":"Projects-1","Rules":[{"VersionRange":"[1.0,2.0]","Actions":["Deploy"]}]})"},
    {"/api/Spaces-1/tenants",
     R"({"Name":"Fern","TenantTags":["Ring/A"],"ProjectEnvironments":{"Projects-1":["Environments-1"]}})"},
    {"/api/Spaces-1/accounts",
     R"({"Name":"AWS","AccountType":"AmazonWebServicesAccount","AccessKey":"AKIA","SecretKey":{"HasValue":true,"NewValue":"t0psecret"}})"},
    {"/api/Spaces-1/certificates",
     R"({"Name":"Shop","Notes":"renewed","EnvironmentIds":["Environments-1"],"CertificateData":{"HasValue":true,"NewValue":")"
     "MIIB4jCCAYigAwIBAgIUbEKM+6wr1AjFceIYPmC/MtmkagQwCgYIKoZIzj0EAwIwMDELMAkGA1UEBhMCREUxDTALBgNVBAoMBFNob3AxEjAQBg"
     "NVBAMMCXNob3AudGVzdDAgFw0yNjExMjkxNTU0MjVaGA8yMTI2MTEwNTE1NTQyNVowMDELMAkGA1UEBhMCREUxDTALBgNVBAoMBFNob3AxEjAQ"
     "BgNVBAMMCXNob3AudGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABLv3EhYp41pAt8qsLU+u0+DP6a+U9sIyY4nolbvcSByQo5c/wH9+I7"
     "20Da4iyfFBIVvJsVhnCiBEdlHG0Fn9mwejfjB8MB0GA1UdDgQWBBTvXII6iITtNc0p8SFz+cy/FMGJEDAfBgNVHSMEGDAWgBTvXII6iITtNc0p"
     "8SFz+cy/FMGJEDAPBgNVHRMBAf8EBTADAQH/MCkGA1UdEQQiMCCCCXNob3AudGVzdIINd3d3LnNob3AudGVzdIcECgAAATAKBggqhkjOPQQDAg"
     "NIADBFAiEA2vxXU0imZcHOV2LGhOT0gRiosdVf0wMTxcbPZPTRqfACIBHJdtqyjgTUwoq1i5cxbqNVJLMAOmxwaoia8WR/l0An"
     R"("}})"},
    {"/api/Spaces-1/git-credentials",
     R"({"Name":"Git","Details":{"Type":"UsernamePassword","Username":"robot","Password":{"HasValue":true,"NewValue":"g1tpassword"}}})"},
    {"/api/Spaces-1/machines",
     R"({"Name":"Web server","EnvironmentIds":["Environments-1"],"Roles":["web"],"Thumbprint":"AB01","Endpoint":{"CommunicationStyle":"Ssh","Host":"web.test","AccountId":"Accounts-1"}})"},
    {"/api/Spaces-1/workers",
     R"({"Name":"Worker","WorkerPoolIds":["WorkerPools-1"],"Endpoint":{"CommunicationStyle":"TentaclePassive","Uri":"https://worker.test:10933/","Thumbprint":"CD02"}})"},
    {"/api/Spaces-1/actiontemplates",
     R"({"Name":"Say","ActionType":"Octopus.Script","Parameters":[{"Name":"Word"}],"Properties":{"Octopus.Action.Script.ScriptBody":"echo"}})"},
    {"/api/spaces", R"({"Name":"Other","Slug":"","SpaceManagersTeamMembers":["Users-1"]})"},
};

inline void make_all(TestApi& api) {
  for (const Sample& sample : kSamples) {
    const Answer made = api.send("POST", sample.path, sample.body);
    REQUIRE_MESSAGE(made.status == 201, sample.path << ": " << made.text);
  }
}

}  // namespace slipway::api::testing
