"""Endpoints: model servers, and which of them takes a request."""
