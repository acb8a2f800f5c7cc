package main

import (
	"context"
	"fmt"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// scriptTime is how long Argo CD lets a script run.
const scriptTime = time.Second

// words are the health codes that Argo CD knows; it takes any other for Unknown.
var words = map[string]bool{
	"Healthy": true, "Progressing": true, "Suspended": true, "Degraded": true, "Missing": true, "Unknown": true,
}

// libraries are those that Argo CD opens for a script that does not ask for more.
var libraries = []struct {
	name string
	open lua.LGFunction
}{
	{lua.LoadLibName, lua.OpenPackage},
	{lua.BaseLibName, lua.OpenBase},
	{lua.TabLibName, lua.OpenTable},
}

// health is what a health script returns.
type health struct {
	Status  string
	Message string
}

// assess runs a health script with the object as the global `obj`. An error is one that would make Argo CD show the
// object as Unknown.
func assess(object map[string]any, script string) (health, error) {
	state := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer state.Close()
	for _, library := range libraries {
		call := lua.P{Fn: state.NewFunction(library.open), NRet: 0, Protect: true}
		if err := state.CallByParam(call, lua.LString(library.name)); err != nil {
			return health{}, err
		}
	}
	limited, cancel := context.WithTimeout(context.Background(), scriptTime)
	defer cancel()
	state.SetContext(limited)
	state.SetGlobal("obj", value(state, object))
	if err := state.DoString(script); err != nil {
		return health{}, err
	}
	table, ok := state.Get(-1).(*lua.LTable)
	if !ok {
		return health{}, fmt.Errorf("returned %s, not a table", state.Get(-1).Type())
	}
	found := health{text(table, "status"), text(table, "message")}
	if !words[found.Status] {
		return health{}, fmt.Errorf("%q is no health that Argo CD knows", found.Status)
	}
	return found, nil
}

func text(table *lua.LTable, key string) string {
	if found, ok := table.RawGetString(key).(lua.LString); ok {
		return string(found)
	}
	return ""
}

// value gives a JSON value the form that it has in Lua.
func value(state *lua.LState, from any) lua.LValue {
	switch known := from.(type) {
	case bool:
		return lua.LBool(known)
	case int64:
		return lua.LNumber(known)
	case float64:
		return lua.LNumber(known)
	case string:
		return lua.LString(known)
	case []any:
		table := state.CreateTable(len(known), 0)
		for _, each := range known {
			table.Append(value(state, each))
		}
		return table
	case map[string]any:
		table := state.CreateTable(0, len(known))
		for key, each := range known {
			table.RawSetString(key, value(state, each))
		}
		return table
	}
	return lua.LNil
}
