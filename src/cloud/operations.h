// Every call to AWS that the product makes, as data: tests try each of them against peers that fail.
#pragma once

#include <array>
#include <span>

#include "cloud/operation.h"

namespace slipway::aws {

namespace answers {
using enum AnswerKind;
inline constexpr std::array kTaskDefinition{AnswerMember{"taskDefinition/taskDefinitionArn", text}};
inline constexpr std::array kTaskDefinitionArns{AnswerMember{"taskDefinitionArns", list}};
inline constexpr std::array kClusters{AnswerMember{"clusters", list}};
inline constexpr std::array kServices{AnswerMember{"services", list}};
inline constexpr std::array kService{AnswerMember{"service/serviceName", text}};
inline constexpr std::array kServiceDeployments{AnswerMember{"serviceDeployments", list}};
inline constexpr std::array kServiceRevisions{AnswerMember{"serviceRevisions", list}};
inline constexpr std::array kTaskArns{AnswerMember{"taskArns", list}};
inline constexpr std::array kTasks{AnswerMember{"tasks", list}};
inline constexpr std::array kImageDetails{AnswerMember{"imageDetails", list}};
inline constexpr std::array kRepositories{AnswerMember{"repositories", list}};
inline constexpr std::array kAuthorization{AnswerMember{"authorizationData/0/authorizationToken", text}};
inline constexpr std::array kCallerIdentity{AnswerMember{"GetCallerIdentityResult/Account", text},
                                            AnswerMember{"GetCallerIdentityResult/Arn", text},
                                            AnswerMember{"GetCallerIdentityResult/UserId", text}};
inline constexpr std::array kCredentials{AnswerMember{"AssumeRoleResult/Credentials/AccessKeyId", text},
                                         AnswerMember{"AssumeRoleResult/Credentials/SecretAccessKey", text},
                                         AnswerMember{"AssumeRoleResult/Credentials/SessionToken", text},
                                         AnswerMember{"AssumeRoleResult/Credentials/Expiration", time}};
}  // namespace answers

namespace ecs {
inline constexpr Operation kRegisterTaskDefinition{
    kEcs, "RegisterTaskDefinition", CallGroup::task_definition_write, false, false, answers::kTaskDefinition};
inline constexpr Operation kDescribeTaskDefinition{kEcs,  "DescribeTaskDefinition", CallGroup::read, true,
                                                   false, answers::kTaskDefinition};
inline constexpr Operation kListTaskDefinitions{kEcs,  "ListTaskDefinitions",       CallGroup::read, true,
                                                false, answers::kTaskDefinitionArns};
inline constexpr Operation kDescribeClusters{kEcs,  "DescribeClusters", CallGroup::read, true,
                                             false, answers::kClusters};
inline constexpr Operation kDescribeServices{kEcs,  "DescribeServices", CallGroup::read, true,
                                             false, answers::kServices};
// With forceNewDeployment a second call is a second deployment.
inline constexpr Operation kUpdateService{kEcs, "UpdateService", CallGroup::write, false, false, answers::kService};
inline constexpr Operation kListServiceDeployments{kEcs, "ListServiceDeployments",    CallGroup::read, true,
                                                   true, answers::kServiceDeployments};
inline constexpr Operation kDescribeServiceDeployments{kEcs, "DescribeServiceDeployments", CallGroup::read, true,
                                                       true, answers::kServiceDeployments};
inline constexpr Operation kDescribeServiceRevisions{kEcs, "DescribeServiceRevisions", CallGroup::read, true,
                                                     true, answers::kServiceRevisions};
inline constexpr Operation kListTasks{kEcs, "ListTasks", CallGroup::read, true, false, answers::kTaskArns};
inline constexpr Operation kDescribeTasks{kEcs, "DescribeTasks", CallGroup::read, true, false, answers::kTasks};
}  // namespace ecs

namespace ecr {
inline constexpr Operation kDescribeImages{kEcr,  "DescribeImages",      CallGroup::read, true,
                                           false, answers::kImageDetails};
inline constexpr Operation kDescribeRepositories{kEcr,  "DescribeRepositories", CallGroup::read, true,
                                                 false, answers::kRepositories};
inline constexpr Operation kGetAuthorizationToken{kEcr,  "GetAuthorizationToken", CallGroup::read, true,
                                                  false, answers::kAuthorization};
}  // namespace ecr

namespace sts {
inline constexpr Operation kGetCallerIdentity{kSts,  "GetCallerIdentity",     CallGroup::sign_in, true,
                                              false, answers::kCallerIdentity};
// A second session does no harm.
inline constexpr Operation kAssumeRole{kSts, "AssumeRole", CallGroup::sign_in, true, false, answers::kCredentials};
}  // namespace sts

inline constexpr std::array kOperations = {&ecs::kRegisterTaskDefinition,
                                           &ecs::kDescribeTaskDefinition,
                                           &ecs::kListTaskDefinitions,
                                           &ecs::kDescribeClusters,
                                           &ecs::kDescribeServices,
                                           &ecs::kUpdateService,
                                           &ecs::kListServiceDeployments,
                                           &ecs::kDescribeServiceDeployments,
                                           &ecs::kDescribeServiceRevisions,
                                           &ecs::kListTasks,
                                           &ecs::kDescribeTasks,
                                           &ecr::kDescribeImages,
                                           &ecr::kDescribeRepositories,
                                           &ecr::kGetAuthorizationToken,
                                           &sts::kGetCallerIdentity,
                                           &sts::kAssumeRole};

}  // namespace slipway::aws
