"""One file a kind of statement: how POST /ksql validates and executes it, and the entity it answers with."""

from __future__ import annotations

from rowtime.ksql.statements import (
    alter,
    asserts,
    create,
    describe,
    drop,
    explain,
    insert,
    listing,
    pause_resume,
    properties,
    terminate,
    types,
    variables,
)
from rowtime.ksql.statements.handler import Handler
from rowtime.sql import ast

HANDLERS: dict[type[ast.Statement], Handler] = {
    ast.CreateSource: create.CreateHandler(),
    ast.CreateAs: create.CreateHandler(),
    ast.InsertInto: insert.InsertIntoHandler(),
    ast.InsertValues: insert.InsertValuesHandler(),
    ast.DropSource: drop.DropHandler(),
    ast.AlterSource: alter.AlterHandler(),
    ast.Terminate: terminate.TerminateHandler(),
    ast.PauseQuery: pause_resume.PauseHandler(),
    ast.ResumeQuery: pause_resume.ResumeHandler(),
    ast.CreateType: types.CreateTypeHandler(),
    ast.DropType: types.DropTypeHandler(),
    ast.ListItems: listing.ListHandler(),
    ast.Describe: describe.DescribeHandler(),
    ast.DescribeAll: describe.DescribeAllHandler(),
    ast.DescribeFunction: describe.DescribeFunctionHandler(),
    ast.Explain: explain.ExplainHandler(),
    ast.SetProperty: properties.SetHandler(),
    ast.UnsetProperty: properties.UnsetHandler(),
    ast.AlterSystem: properties.AlterSystemHandler(),
    ast.DefineVariable: variables.DefineHandler(),
    ast.UndefineVariable: variables.UndefineHandler(),
    ast.AssertTopic: asserts.AssertTopicHandler(),
    ast.AssertSchema: asserts.AssertSchemaHandler(),
}
