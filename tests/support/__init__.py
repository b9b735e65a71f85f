"""What the black-box suites share: programs to start, the REST client, simulated clouds, and a shop to deploy."""
