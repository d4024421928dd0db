from oauth2_lib.fastapi import OIDCUserModel
match 0:
    case False:
        pass