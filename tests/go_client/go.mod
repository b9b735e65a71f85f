module slipway/tests/go_client

go 1.21

require github.com/OctopusDeploy/go-octopusdeploy/v2 v2.115.0
