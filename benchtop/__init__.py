"""AWS on your desk: a server that speaks the AWS API and really runs the jobs."""
