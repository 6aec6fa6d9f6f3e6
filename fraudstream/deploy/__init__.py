"""Deploying: topics, schemas, then the scripts of sql/, in order, idempotently."""

from fraudstream.deploy.deploy import deploy, teardown
from fraudstream.deploy.report import Action, Report

__all__ = ["Action", "Report", "deploy", "teardown"]
