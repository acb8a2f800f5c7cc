module kubecs.dev/shim

go 1.24
