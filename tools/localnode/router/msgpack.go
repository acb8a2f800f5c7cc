package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
)

// decode reads one value of MessagePack, as far as the forward protocol needs it: no floats, times as bytes.
func decode(from *bufio.Reader) (any, error) {
	kind, err := from.ReadByte()
	if err != nil {
		return nil, err
	}
	switch {
	case kind < 0x80:
		return int64(kind), nil
	case kind < 0x90:
		return decodeMap(from, int(kind&0x0f))
	case kind < 0xa0:
		return decodeList(from, int(kind&0x0f))
	case kind < 0xc0:
		return text(from, int(kind&0x1f))
	case kind >= 0xe0:
		return int64(int8(kind)), nil
	}
	switch kind {
	case 0xc0:
		return nil, nil
	case 0xc2, 0xc3:
		return kind == 0xc3, nil
	case 0xc4, 0xd9:
		return sized(from, 1, text)
	case 0xc5, 0xda:
		return sized(from, 2, text)
	case 0xc6, 0xdb:
		return sized(from, 4, text)
	case 0xcc, 0xcd, 0xce, 0xcf:
		return number(from, 1<<(kind-0xcc))
	case 0xd0, 0xd1, 0xd2, 0xd3:
		return number(from, 1<<(kind-0xd0))
	case 0xd4, 0xd5, 0xd6, 0xd7, 0xd8:
		return text(from, 1+1<<(kind-0xd4)) // the type, and as many bytes
	case 0xc7:
		return sized(from, 1, func(from *bufio.Reader, size int) (any, error) { return text(from, size+1) })
	case 0xdc:
		return sized(from, 2, decodeList)
	case 0xde:
		return sized(from, 2, decodeMap)
	}
	return nil, fmt.Errorf("unknown kind %#x", kind)
}

func number(from *bufio.Reader, width int) (any, error) {
	var buffer [8]byte
	_, err := io.ReadFull(from, buffer[8-width:])
	return int64(binary.BigEndian.Uint64(buffer[:])), err
}

func sized(from *bufio.Reader, width int, read func(*bufio.Reader, int) (any, error)) (any, error) {
	size, err := number(from, width)
	if err != nil {
		return nil, err
	}
	return read(from, int(size.(int64)))
}

func text(from *bufio.Reader, size int) (any, error) {
	buffer := make([]byte, size)
	_, err := io.ReadFull(from, buffer)
	return string(buffer), err
}

func decodeList(from *bufio.Reader, size int) (any, error) {
	list := make([]any, size)
	for index := range list {
		value, err := decode(from)
		if err != nil {
			return nil, err
		}
		list[index] = value
	}
	return list, nil
}

func decodeMap(from *bufio.Reader, size int) (any, error) {
	found := make(map[string]any, size)
	for range size {
		name, err := decode(from)
		if err != nil {
			return nil, err
		}
		value, err := decode(from)
		if err != nil {
			return nil, err
		}
		found[fmt.Sprint(name)] = value
	}
	return found, nil
}
