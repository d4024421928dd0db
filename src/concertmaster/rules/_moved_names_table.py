"""The importable names that moved or were renamed, release by release, as text that `_moved_names` reads.

An entry is a line `row works-from deprecated removed old-module > new-module [flags]` over the names, `old=new`
where the name itself changed and `*` where the whole module moved. Modules of the framework are written from
below `orchestrator.core`, with a leading dot. `passed-on` marks names that the old module had only imported
itself, `suggested` those that mean something else to who uses them: NOTES says what. Entries called `API` are
no row of their own in the catalogue, they come from its list of lost names.
"""

from __future__ import annotations

NOTES = {
    "20-11": "it gives the domain model as it is: `format_extended_domain_model` did the rest",
    "20-23": "check what it is called with",
    "21-04": "the form's schema then says `customerId` instead of `organisationId`",
    "21-08": "its `identifier` is called `customer_id`",
    "22-06": "it gives the keys `process_id`, `last_status`, `last_step` instead of `pid`, `status`, `step`",
    "23-03": "`OIDC_CONF_WELL_KNOWN_URL` is divided into `OIDC_BASE_URL` and `OIDC_CONF_URL`",
    "43-01": "it takes a process that is stored already, and no input",
    "47-01b": "it is a step of the task now",
    "50-03d": "its values are read with `.get_secret_value()`",
    "51-02": "it logs as information; `capture_workflow_failure` reports to Sentry",
    "54-05": "it gives nothing back",
}

TABLE = """
20-23 1.2.3 - 1.2.3 .forms > pydantic_forms.exceptions
    FormValidationError FormNotCompleteError
20-23 1.2.3 - 1.2.3 .forms > pydantic_forms.exceptions suggested
    FormError=FormException
20-23 1.2.3 - 1.2.3 .forms > .forms suggested
    post_process=post_form
20-08 2.0.0 - 2.0.0 .domain.base > .types
    SI
20-11 1.0.0 1.0.0 2.0.0 .services.subscriptions > .services.subscriptions suggested
    build_extendend_domain_model=build_extended_domain_model
20-16 2.0.0 2.0.0 2.2.0 .utils.vlans > nwastdlib.vlans
    VlanRanges
20-16 2.0.0 - 2.0.0 .app > nwastdlib.vlans passed-on
    VlanRanges
20-16 2.0.0 - 2.0.0 .schemas.base > nwastdlib.vlans passed-on
    VlanRanges
20-16 2.0.0 - 2.0.0 .forms.network_type_validators > nwastdlib.vlans passed-on
    VlanRanges
20-17 1.0.0 - 2.0.0 .utils.vlans > .utils.functional passed-on
    expand_ranges to_ranges
21-08 2.0.1 - 2.0.1 .graphql.schemas.default_customer > .graphql.schemas.customer suggested
    DefaultCustomerType=CustomerType
21-08 2.0.1 - 2.0.1 .graphql.schema > .graphql.schemas.customer suggested passed-on
    DefaultCustomerType=CustomerType
21-08 2.0.1 - 2.0.1 .graphql.resolvers.default_customer > .graphql.resolvers.customer suggested
    resolve_default_customer=resolve_customer
21-08 2.0.1 - 2.0.1 .graphql.resolvers > .graphql.resolvers.customer suggested passed-on
    resolve_default_customer=resolve_customer
22-11 2.0.1 - 2.0.1 .graphql.schema > .graphql.schemas
    StrawberryPydanticModel
22-11 2.2.2 - 2.2.2 .graphql.schemas > .graphql.types
    StrawberryPydanticModel
API 2.0.1 - 2.0.1 .services.settings > .services.processes
    marshall_processes
API 1.0.0 - 2.0.1 .services.settings > .services.processes passed-on
    SYSTEM_USER resume_process
API 1.0.0 - 2.0.1 .services.settings > .db passed-on
    ProcessTable
API 1.0.0 - 2.0.1 .workflow > .db passed-on
    EngineSettingsTable
API 1.2.3 - 2.0.1 .app > .graphql passed-on
    register_domain_models
API 1.2.3 - 2.0.1 .graphql.schema > .graphql.schemas.product passed-on
    ProductModelGraphql
API 1.2.3 - 2.0.1 .graphql.autoregistration > .graphql.schemas.subscription passed-on
    SubscriptionInterface
API 1.3.6 - 2.1.0 .db.filters.workflow > .db.filters.product_block
    products_clause
API 1.0.0 - 2.1.0 .forms.validators > .services.products passed-on
    get_product_by_id
21-04 2.1.0 2.1.0 - .forms.validators > .forms.validators suggested
    OrganisationId=CustomerId
21-04 2.1.0 2.1.0 - pydantic_forms.validators > .forms.validators suggested
    OrganisationId=CustomerId
21-05 1.2.3 2.1.0 - pydantic_forms.validators > .forms.validators
    DisplaySubscription
22-02 1.2.1 1.2.1 2.2.0 .utils.errors > .utils.errors
    ProcessFailure=ProcessFailureError InconsistentData=InconsistentDataError
22-06 1.2.3 - 2.2.0 .api.helpers > .utils.enrich_process suggested
    enrich_process
API 1.0.0 - 2.2.0 .api.helpers > .db passed-on
    ProcessTable
API 1.0.0 - 2.2.0 .graphql.schemas.process > .workflow passed-on
    ProcessStatus
22-11 2.2.2 - 2.2.2 .services.processes > .services.process_broadcast_thread
    ProcessDataBroadcastThread api_broadcast_process_data
API 1.0.0 - 2.2.2 .services.processes > .websocket passed-on
    WS_CHANNELS
API 1.0.0 - 2.2.2 .services.processes > .websocket.websocket_manager passed-on
    WebSocketManager
API 1.2.3 - 2.2.2 .graphql.schema > .graphql.schemas.subscription passed-on
    federation_key_directives
API 1.0.0 - 2.2.2 .graphql.schemas.subscription > .schemas passed-on
    SubscriptionDescriptionBaseSchema
23-03 2.3.0 - 2.3.0 .settings > oauth2_lib.settings suggested
    oauth2_settings=oauth2lib_settings Oauth2Settings=Oauth2LibSettings
23-03 2.3.0 - 2.3.0 . > oauth2_lib.settings suggested passed-on
    oauth2_settings=oauth2lib_settings
23-03 2.3.0 - 2.3.0 .security > oauth2_lib.settings suggested passed-on
    oauth2_settings=oauth2lib_settings
API 1.0.0 - 2.3.0 .graphql.types > oauth2_lib.fastapi passed-on
    OIDCUserModel
API 1.0.0 - 2.3.0 .schemas.product > .schemas.fixed_input passed-on
    FixedInputBaseSchema
API 1.0.0 - 2.3.0 .schemas.product > .schemas.product_block passed-on
    ProductBlockBaseSchema
API 1.0.0 - 2.3.1 .websocket > .types passed-on
    BroadcastFunc
API 1.0.0 - 2.3.1 .websocket > .workflow passed-on
    ProcessStat
API 1.2.3 - 2.3.1 .websocket > .utils.enrich_process passed-on
    enrich_process
API 1.0.0 - 2.3.1 .services.processes > .websocket passed-on
    websocket_manager
25-01 2.2.0 - 2.4.0 .graphql.extensions.deprecation_checker_extension > nwastdlib.graphql.extensions.deprecation_checker_extension
    *
25-01 2.2.0 - 2.4.0 .graphql.extensions.error_handler_extension > nwastdlib.graphql.extensions.error_handler_extension
    *
API 2.8.0 - 2.8.0 .graphql.loaders.subscriptions > .services.subscription_relations
    Relation
API 2.2.2 - 2.10.0 .utils.search_query > .db.helpers passed-on
    get_postgres_version
30-01 1.2.3 - 3.0.0 .types > pydantic_forms.types
    AcceptData AcceptItemType FormGenerator FormGeneratorAsync InputFormGenerator InputStepFunc JSON
    SimpleInputFormGenerator StateInputFormGenerator StateInputFormGeneratorAsync StateInputStepFunc
    StateSimpleInputFormGenerator SubscriptionMapping SummaryData UUIDstr
30-02 1.2.3 3.0.0 - .types > pydantic_forms.types
    InputForm State strEnum
API 2.7.0 - 3.2.0 .graphql.utils.get_query_loaders > .db.loaders passed-on
    AttrLoader
40-07 4.0.0 - 4.0.0 .services.workflows > .services.workflows
    get_system_product_workflows_for_subscription=get_validation_product_workflows_for_subscription
API 1.0.0 - 4.0.0 .services.processes > .targets passed-on
    Target
API 1.0.0 - 4.0.0 .utils.redis > .utils.json passed-on
    PY_JSON_TYPES json_dumps json_loads
API 1.0.0 - 4.0.0 .workflows.steps > .domain.base passed-on
    ProductBlockModel
API 1.0.0 - 4.0.0 .workflows.steps > .services.subscriptions passed-on
    build_extended_domain_model
API 1.0.0 - 4.0.0 .workflows.utils > .settings passed-on
    app_settings
API 1.0.0 - 4.0.0 .workflows.utils > .workflow passed-on
    conditional
API 1.0.0 - 4.1.0 .workflows.utils > oauth2_lib.fastapi passed-on
    OIDCUserModel
43-01 4.3.0 - 4.3.0 .services.celery > .services.executors.celery
    *
43-01 1.0.0 - 4.3.0 .services.celery > .services.processes
    SYSTEM_USER
43-01 4.3.0 - 4.3.0 .services.processes > .services.executors.threadpool
    THREADPOOL_EXECUTION_CONTEXT thread_validate_workflow
43-01 4.3.0 - 4.3.0 .services.processes > .services.executors.threadpool suggested
    thread_resume_process thread_start_process
API 1.0.0 - 4.3.0 .services.processes > .workflow passed-on
    runwf
API 1.0.0 - 4.3.0 .services.tasks > .workflow passed-on
    ProcessStat Success runwf
API 1.0.0 - 4.3.0 .services.tasks > .workflows passed-on
    get_workflow
API 1.0.0 - 4.3.0 .services.tasks > .services.processes passed-on
    safe_logstep
API 4.6.3 - 4.6.3 .search.export > .search.query.export
    *
API 4.6.3 - 4.6.3 .search.retrieval.builder > .search.query.builder
    *
API 4.6.3 - 4.6.3 .search.retrieval.engine > .search.query.engine
    execute_search
API 4.6.3 - 4.6.3 .search.retrieval.exceptions > .search.query.exceptions
    EmptyFilterPathError IncompatibleFilterTypeError InvalidEntityPrefixError InvalidLtreePatternError PathNotFoundError
API 4.6.3 - 4.6.3 .search.retrieval.utils > .cli.search.display
    display_filtered_paths_only display_results
API 4.6.3 - 4.6.3 .search.retrieval.utils > .search.query.results
    generate_highlight_indices
API 4.6.3 - 4.6.3 .search.retrieval.validation > .search.query.validation
    *
API 4.6.3 - 4.6.3 .search.schemas.results > .search.query.results
    MatchingField SearchResponse SearchResult
API 4.6.3 - 4.6.3 .search.schemas.results > .search.query.builder
    ComponentInfo LeafInfo
API 4.6.3 - 4.6.3 .search.schemas.results > .search.filters.definitions
    TypeDefinition ValueSchema
47-01b 4.7.0 - 4.7.0 .schedules.validate_subscriptions > .workflows.tasks.validate_subscriptions
    task_semaphore
50-03d 5.0.0 - 5.0.0 .utils.expose_settings > pydantic suggested
    SecretStr
50-03d 5.0.0 - 5.0.0 .settings > pydantic suggested passed-on
    OrchSecretStr=SecretStr
50-03d 5.0.0 - 5.0.0 .services.settings_env_variables > pydantic suggested passed-on
    OrchSecretStr=SecretStr
50-05a 5.0.0 - 5.0.0 .services.settings > .services.settings
    get_engine_settings=get_engine_settings_table
    get_engine_settings_for_update=get_engine_settings_table_for_update
50-05a 5.0.0 - 5.0.0 .workflow > .workflow
    get_engine_settings=get_engine_settings_table
50-05a 5.0.0 - 5.0.0 .services.processes > .services.settings passed-on
    get_engine_settings_for_update=get_engine_settings_table_for_update
50-05a 5.0.0 - 5.0.0 .graphql.resolvers.settings > .graphql.resolvers.settings
    get_engine_settings=get_engine_settings_table
    get_engine_settings_for_update=get_engine_settings_table_for_update
50-05a 5.0.0 - 5.0.0 .api.api_v1.endpoints.processes > .api.api_v1.endpoints.processes
    get_engine_settings=get_engine_settings_table
50-05b 5.0.0 - 5.0.0 .api.api_v1.endpoints.settings > .services.settings
    generate_engine_status_response=generate_engine_settings_schema
50-08h 5.0.0 - 5.0.0 .llm_settings > .settings
    EMBEDDING_DIMENSION_DEFAULT EMBEDDING_DIMENSION_FIELD EMBEDDING_DIMENSION_MAX EMBEDDING_DIMENSION_MIN
    LLMSettings llm_settings
50-08d 1.0.0 - 5.0.0 .agentic_app > .app
    main_typer_app
API 1.0.0 - 5.0.0 .settings > oauth2_lib.fastapi passed-on
    OIDCUserModel
API 1.0.0 - 5.0.0 .utils.auth > oauth2_lib.fastapi passed-on
    OIDCUserModel
API 2.3.0 - 5.0.0 .security > oauth2_lib.fastapi passed-on
    AuthManager
API 1.0.0 - 5.0.0 .api.helpers > .db passed-on
    ProductTable SubscriptionTable
50-23 1.0.0 - 5.0.0 .workflows.utils > .forms.validators passed-on
    ProductId
51-02 5.0.4 - 5.0.4 .workflow > .workflow suggested
    errorlogger=log_workflow_failure
API 1.0.0 - 5.1.0 .api.models > .db passed-on
    FixedInputTable ProcessStepTable ProcessSubscriptionTable ProductBlockTable ProductTable
    ResourceTypeTable SubscriptionInstanceTable SubscriptionInstanceValueTable WorkflowTable
54-05 5.4.0 - 5.4.0 .workflows.steps > .services.process_subscription suggested
    store_process_subscription_relationship=store_process_subscription_relation
API 1.0.0 - 5.4.0 .api.helpers > .db passed-on
    db
API 1.0.0 - 5.4.0 .domain.customer_description > .db passed-on
    db
API 1.0.0 - 5.4.0 .services.processes > .config.assignee passed-on
    Assignee
API 1.0.0 - 5.4.0 .workflows.steps > .db passed-on
    ProcessSubscriptionTable db
API 2.0.1 - 5.4.0 .workflows.steps > .services.settings passed-on
    reset_search_index
API 2.1.2 - 5.4.0 .workflows.utils > .workflows.steps passed-on
    refresh_subscription_search_index
API 4.8.0 - 5.4.0 .workflows.utils > .workflows.steps passed-on
    refresh_process_search_index
API 1.0.0 - 5.5.0 .services.executors.threadpool > .services.processes passed-on
    StateMerger
"""
