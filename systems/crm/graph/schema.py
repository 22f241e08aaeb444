"""The schema, and its text as it is checked in (systems/schema.graphql)."""

import graphene
from graphql import GraphQLSchema

from systems.crm.graph import types
from systems.crm.graph.mutations import Mutation
from systems.crm.graph.queries import Query

_made = graphene.Schema(query=Query, mutation=Mutation, types=[types.Customer, types.Product, types.Order])
schema: GraphQLSchema = _made.graphql_schema
