"""The importable names that left without a replacement, release by release, as text that `_removed_names` reads.

An entry is a line `row removed module` over the names; `*` means the whole module. Modules of the framework are
written from below `orchestrator.core`, with a leading dot. ADVICE says what to do, by row or else by module;
entries called `API` are no row of their own in the catalogue, they come from its list of lost names.
"""

from __future__ import annotations

ADVICE = {
    "20-12": "product blocks register themselves through `product_block_name=` and `lifecycle=` of the class statement",
    "20-17": "annotate the field with `nwastdlib.vlans.VlanRanges`",
    "21-10": "query `ResourceTypeTable` by its `resource_type`, and keep small helpers of your own",
    "21-12": "use `enrich_process(process, p_stat)` of `utils.enrich_process`, whose keys have other names",
    "22-04": "keep a copy of the helper in your project",
    "22-05": "filters are built by `inferred_filter` and `create_memoized_field_list` of `db.filters.search_filters`",
    "22-10": "pass models, query and mutation to `app.register_graphql(...)`",
    "23-01": "depend on `authenticate` and `authorize` of `security`, and register your own with"
    " `app.register_authentication(...)` and `app.register_authorization(...)`",
    "23-02": "derive from `OIDCAuth`, `OPAAuthorization` and `GraphQLOPAAuthorization` of `oauth2_lib.fastapi`",
    "23-06": "pass `custom_context_getter` to `app.register_graphql(...)`",
    "23-08": "the REST endpoint is gone: ask GraphQL for it, and change products in migrations",
    "23-09": "it described a REST endpoint that is gone",
    "23-11": "call `broadcast_process_update_to_websocket(process_id)` of `websocket`",
    "25-01": "register errors with `register_error(message, info, error_type)` of"
    " `nwastdlib.graphql.extensions.error_handler_extension`",
    "32-02": "use `get_query_loaders_for_model_paths` or `get_query_loaders_for_gql_fields`",
    "40-03": "domain models are no longer cached: load them with `SubscriptionModel.from_subscription(...)`",
    "44-01": "schedule with `@scheduler.scheduled_job(...)` of `schedules.scheduler`",
    "47-01b": "run `python main.py scheduler load-initial-schedule` once, which schedules it in the database",
    "50-08d": "the agent is a service of its own, the package `orchestrator-agent`, and reaches the framework through MCP",
    "50-03e": "give secret settings the type `pydantic.SecretStr`",
    "51-01": "start what `get_subscription_validations([subscription])` gives, one by one, with"
    " `start_subscription_validations(info)`",
    "51-06": "keep a copy of the helper in your project",
    "51-08": "agents search through `POST /api/agent/search`",
    "55-06": "say `allow_fallback` instead of an effort",
    ".search": "search was built anew, see the modules of `search.query`",
    ".schemas.search": "search was built anew, see the modules of `search.query`",
}

TABLE = """
20-12 2.0.0 .domain.base
    ProductBlockModelMeta
20-17 2.0.0 .forms.network_type_validators
    VlanRangesValidator
API 2.0.0 .graphql.utils.is_query_detailed
    get_selections
21-10 2.0.1 .db.ResourceTypeTable
    find_by_resource_type
21-10 2.0.1 .db.models.ResourceTypeTable
    find_by_resource_type
21-10 2.0.1 .api.helpers
    camel_to_snake
API 2.0.1 .graphql.schemas.subscription
    Subscription
API 2.0.1 .graphql.schema
    Subscription
API 2.1.0 .graphql.schemas.process
    ProcessForm ProcessFormType
API 2.1.0 .schemas.process
    ProcessForm
22-05 2.1.0 .db.filters.process
    organisation_filter product_clause
21-12 2.1.2 .utils.show_process
    show_process
API 2.2.0 .schemas.process
    ProcessDeprecationsSchema
API 2.2.0 .schemas
    ProcessDeprecationsSchema
22-04 2.2.0 .utils.speed
    format_bandwidth speed_humanize
22-04 2.2.0 .forms.validators
    BFD MTU
22-04 2.2.0 .forms.network_type_validators
    BFD MTU
22-04 2.2.0 .forms.validators.network_type_validators
    BFD MTU MTU_HIGH MTU_LOW MTU_MULTIPLIER validate_mtu
22-05 2.2.0 .db.filters
    generic_apply_filters generic_filter
22-05 2.2.0 .db.filters.filters
    generic_apply_filters generic_filter
22-05 2.2.0 .db.filters.generic_filters
    *
22-05 2.2.0 .db.filters.process
    BASE_CAMEL BASE_SNAKE PROCESS_FILTER_FUNCTIONS_BY_COLUMN customer_filter product_filter
    subscription_id_filter subscriptions_filter tag_filter target_filter workflow_name_filter
22-05 2.2.0 .db.filters.product
    PRODUCT_FILTER_FUNCTIONS_BY_COLUMN product_block_filter
22-05 2.2.0 .db.filters.product_block
    PRODUCT_BLOCK_FILTER_FUNCTIONS_BY_COLUMN created_at_range_filters end_date_range_filters
    products_filter resource_types_filter
22-05 2.2.0 .db.filters.resource_type
    RESOURCE_TYPE_FILTER_FUNCTIONS_BY_COLUMN RESOURCE_TYPE_TABLE_COLUMN_MAPPINGS product_blocks_filter
22-05 2.2.0 .db.filters.subscription
    SUBSCRIPTION_FILTER_FUNCTIONS_BY_COLUMN end_date_range_filters product_filter
    start_date_range_filters status_filter subscription_list_filter tags_filter tsv_filter
22-05 2.2.0 .db.filters.workflow
    BASE_CAMEL WORKFLOW_FILTER_FUNCTIONS_BY_COLUMN created_at_range_filters products_filter
22-10 2.0.1 .graphql
    graphql_router
22-10 2.0.1 .graphql.autoregistration
    GRAPHQL_MODELS
22-10 2.2.2 .graphql
    GRAPHQL_MODELS
22-10 2.2.2 .graphql.schema
    GRAPHQL_MODELS GRAPHQL_MODELS_INITIAL graphql_router
22-10 2.2.2 .graphql.schemas
    GRAPHQL_MODELS
23-01 2.3.0 .security
    get_oidc_user get_opa_security_graphql oidc_user opa_security_default opa_security_graphql well_known_endpoint
23-01 2.3.0 .websocket.websocket_manager
    oidc_user opa_security_default
23-02 2.3.0 .security
    OIDCUser opa_decision opa_graphql_decision
23-02 2.3.0 oauth2_lib.fastapi
    OIDCUser opa_decision opa_graphql_decision
23-06 2.3.0 .graphql
    custom_context_dependency
23-06 2.3.0 .graphql.schema
    custom_context_dependency
23-06 2.7.6 .graphql
    get_context
23-06 2.7.6 .graphql.schema
    get_context
23-08 2.3.0 .api.api_v1.endpoints.fixed_input
    *
23-08 2.3.0 .api.api_v1.endpoints.product_blocks
    delete_product_block product_block_by_id save_product_block
23-08 2.3.0 .api.api_v1.endpoints.products
    delete_product save_product
23-08 2.3.0 .api.api_v1.endpoints.resource_types
    delete_resource_type resource_type_by_id save_resource_type
23-08 2.3.0 .api.api_v1.endpoints.subscriptions
    delete_subscription depends_on_subscriptions in_use_by_subscriptions subscription_metadata
    subscriptions_all subscriptions_by_in_used_by_ids subscriptions_filterable
23-08 2.3.0 .api.helpers
    query_with_filters
23-09 2.3.0 .schemas
    FixedInputConfigurationSchema ProcessSubscriptionBaseSchema ProcessSubscriptionSchema ProductBlockEnrichedSchema
    ProductCRUDSchema WorkflowWithProductTagsSchema
23-09 2.3.0 .schemas.fixed_input
    FixedInputConfigurationSchema
23-09 2.3.0 .schemas.process
    ProcessSubscriptionBaseSchema ProcessSubscriptionSchema
23-09 2.3.0 .schemas.product
    ProductCRUDSchema
23-09 2.3.0 .schemas.product_block
    ProductBlockEnrichedSchema
23-09 2.3.0 .schemas.workflow
    WorkflowWithProductTagsSchema
23-11 2.3.1 .websocket
    create_process_websocket_data empty_handler send_process_data_to_websocket
23-11 2.3.1 .services.processes
    create_process_websocket_data send_process_data_to_websocket
25-01 2.4.0 .graphql.extensions.error_collector_extension
    *
API 3.1.2 .settings
    OrchestratorDeprecationWarning convert_database_uri
32-02 3.2.0 .db.loaders
    join_attr_loaders lookup_attr_loaders
32-02 3.2.0 .graphql.utils.get_query_loaders
    get_query_loaders join_attr_loaders lookup_attr_loaders
40-03 4.0.0 .utils.redis
    caching_models_enabled delete_from_redis delete_subscription_from_redis from_redis to_redis
40-03 4.0.0 .domain.customer_description
    delete_subscription_from_redis
40-03 4.0.0 .utils.get_subscription_dict
    from_redis
40-03 4.0.0 .workflows.steps
    delete_from_redis to_redis
40-03 4.0.0 .workflows.utils
    caching_models_enabled
API 4.3.1 .api.api_v1.endpoints.processes
    get_current_steps
44-01 4.4.0 .schedules
    SchedulingFunction
44-01 4.4.0 .schedules.scheduling
    SchedulingFunction
API 4.4.1 .schedules.scheduler
    jobstores scheduler_dispose_db_connections
API 4.6.0 .schedules.scheduler
    get_paused_scheduler
API 4.6.0 .schemas.search
    ProcessSearchResult ProcessSearchSchema ProductSearchResult ProductSearchSchema SubscriptionSearchResult
    WorkflowProductSchema WorkflowSearchResult WorkflowSearchSchema
API 4.6.0 .search.retrieval.pagination
    PaginationParams b64_to_floats create_next_page_cursor floats_to_b64 process_pagination_cursor
API 4.6.3 .search.retrieval.engine
    execute_search_for_export
API 4.6.3 .search.retrieval.exceptions
    FilterValidationError
API 4.6.3 .search.retrieval.query_state
    *
API 4.6.3 .search.schemas.parameters
    *
47-01b 4.7.0 .schedules
    run_resume_workflows vacuum_tasks validate_subscriptions
47-01b 4.7.0 .schedules.resume_workflows
    *
47-01b 4.7.0 .schedules.task_vacuum
    *
47-01b 4.7.0 .schedules.validate_subscriptions
    validate_subscriptions
API 4.7.0 .services.processes
    error_message_unauthorized
47-01b 4.8.0 .schedules
    validate_products
47-01b 4.8.0 .schedules.validate_products
    *
API 4.8.1 .search.core.types
    ActionType
API 4.8.1 .search.query.results
    AggregationResponse AggregationResult
50-03e 5.0.0 .services.settings_env_variables
    MASK mask_value
50-08d 5.0.0 .search.agent
    *
50-08d 5.0.0 .search.llm_migration
    *
50-08d 5.0.0 .security
    AgentAuthMiddleware
51-01 5.0.1 .services.workflows
    start_validation_workflow_for_workflows
51-06 5.1.0 .api.helpers
    get_in
51-06 5.1.0 .api.models
    cleanse_json create_or_update date_fields deserialization_mapping forbidden_fields parse_date_fields save
    transform_json update validate
51-06 5.1.0 .utils.helpers
    create_filter_string get_target_values map_class map_to_type map_value to_snake warn_if_unmapped_fields
51-06 5.1.0 .utils.redis
    default_get_subscription_id
51-08 5.1.0 .agent_tags
    *
51-08 5.1.0 .schemas.mcp_tools
    SearchSubscriptionsRequest SubscriptionSearchResult
51-08 5.1.0 .api.api_v1.endpoints.mcp_tools
    search_subscriptions_endpoint
51-06 5.1.1 .forms.scheduler_form
    cron_regex parse_cron_field
55-06 5.5.0 .search.fallback
    SearchEffort
55-06 5.5.0 .schemas.mcp_search
    SearchEffort
"""
