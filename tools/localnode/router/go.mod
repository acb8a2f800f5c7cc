module kubecs.dev/router

go 1.24
