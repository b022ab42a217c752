// Verify_log checks a log that lies in a folder as C2SP tlog-tiles files, with the Go project's own packages
// for signed notes and transparency logs. It shares no code with Isthmus.
//
//	verify_log FOLDER OLDER LOG-KEY WITNESS-KEY...
//
// FOLDER/checkpoint must be signed by every key given. Every entry is checked against its tile and proved to be
// in the tree; the checkpoint in the file OLDER, signed by the same keys, must be one that this log continues.
// It prints "OK size", or the reason and exits with 1.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight, tileWidth = 8, 256

// cosigner verifies cosignatures of type 0x04 (C2SP tlog-cosignature), which package note does not know.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.hash }
func (c cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	time := binary.BigEndian.Uint64(sig)
	text := append([]byte(fmt.Sprintf("cosignature/v1\ntime %d\n", time)), msg...)
	return ed25519.Verify(c.key, text, sig[8:])
}

func newVerifier(vkey string) (note.Verifier, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("a verifier key has three parts")
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil {
		return nil, err
	}
	if len(key) != 1+ed25519.PublicKeySize || key[0] != 4 {
		return note.NewVerifier(vkey)
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), key...))
	if fmt.Sprintf("%x", sum[:4]) != parts[1] {
		return nil, errors.New("the id of a witness key is wrong")
	}
	return cosigner{parts[0], binary.BigEndian.Uint32(sum[:4]), key[1:]}, nil
}

// openCheckpoint reads a checkpoint that every one of the keys must have signed, the first being the log's.
func openCheckpoint(path string, keys []note.Verifier) (tlog.Tree, error) {
	var tree tlog.Tree
	msg, err := os.ReadFile(path)
	if err != nil {
		return tree, err
	}
	opened, err := note.Open(msg, note.VerifierList(keys...))
	if err != nil {
		return tree, err
	}
	signed := map[string]bool{}
	for _, sig := range opened.Sigs {
		signed[sig.Name] = true
	}
	for _, key := range keys {
		if !signed[key.Name()] {
			return tree, fmt.Errorf("not signed by %s", key.Name())
		}
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != keys[0].Name() {
		return tree, errors.New("not a checkpoint of this log")
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return tree, err
	}
	tree.Hash, err = tlog.ParseHash(lines[2])
	return tree, err
}

// tileFiles reads tiles; package tlog checks them against the root before it uses them.
type tileFiles string

func (folder tileFiles) Height() int                         { return tileHeight }
func (folder tileFiles) SaveTiles(_ []tlog.Tile, _ [][]byte) {}
func (folder tileFiles) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		// Package tlog writes the height into the path, C2SP tlog-tiles does not: it is always 8.
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(string(folder), path))
		if err != nil {
			return nil, err
		}
		if len(data) != tile.W*tlog.HashSize {
			return nil, fmt.Errorf("%s has %d bytes", path, len(data))
		}
		all = append(all, data)
	}
	return all, nil
}

// readBundle reads the entries of one tile of level 0.
func readBundle(folder string, index, width int64) ([][]byte, error) {
	tile := tlog.Tile{H: tileHeight, L: 0, N: index, W: int(width)}
	path := strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)
	data, err := os.ReadFile(filepath.Join(folder, path))
	if err != nil {
		return nil, err
	}
	var entries [][]byte
	for len(data) > 0 {
		if len(data) < 2 || len(data)-2 < int(binary.BigEndian.Uint16(data)) {
			return nil, fmt.Errorf("%s breaks off", path)
		}
		end := 2 + int(binary.BigEndian.Uint16(data))
		entries, data = append(entries, data[2:end]), data[end:]
	}
	if int64(len(entries)) != width {
		return nil, fmt.Errorf("%s has %d entries, not %d", path, len(entries), width)
	}
	return entries, nil
}

// checkEntries hashes every entry, compares it with the tiles, and checks a proof of inclusion.
func checkEntries(folder string, tree tlog.Tree, hashes tlog.HashReader) error {
	for first := int64(0); first < tree.N; first += tileWidth {
		width := tree.N - first
		if width > tileWidth {
			width = tileWidth
		}
		entries, err := readBundle(folder, first/tileWidth, width)
		if err != nil {
			return err
		}
		for i, entry := range entries {
			number := first + int64(i)
			leaf := tlog.RecordHash(entry)
			stored, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, number)})
			if err != nil {
				return err
			}
			if !bytes.Equal(stored[0][:], leaf[:]) {
				return fmt.Errorf("entry %d is not the one in the tree", number)
			}
			proof, err := tlog.ProveRecord(tree.N, number, hashes)
			if err != nil {
				return err
			}
			if err := tlog.CheckRecord(proof, tree.N, tree.Hash, number, leaf); err != nil {
				return fmt.Errorf("entry %d: %w", number, err)
			}
		}
	}
	return nil
}

func checkGrowth(older, tree tlog.Tree, hashes tlog.HashReader) error {
	if older.N > tree.N {
		return fmt.Errorf("the log shrank from %d to %d entries", older.N, tree.N)
	}
	proof, err := tlog.ProveTree(tree.N, older.N, hashes)
	if err != nil {
		return err
	}
	if err := tlog.CheckTree(proof, tree.N, tree.Hash, older.N, older.Hash); err != nil {
		return fmt.Errorf("not a continuation of the older checkpoint: %w", err)
	}
	return nil
}

func verify(folder, olderPath string, vkeys []string) (int64, error) {
	var keys []note.Verifier
	for _, vkey := range vkeys {
		key, err := newVerifier(vkey)
		if err != nil {
			return 0, err
		}
		keys = append(keys, key)
	}
	older, err := openCheckpoint(olderPath, keys)
	if err != nil {
		return 0, fmt.Errorf("older checkpoint: %w", err)
	}
	tree, err := openCheckpoint(filepath.Join(folder, "checkpoint"), keys)
	if err != nil {
		return 0, fmt.Errorf("checkpoint: %w", err)
	}
	hashes := tlog.TileHashReader(tree, tileFiles(folder))
	if err := checkGrowth(older, tree, hashes); err != nil {
		return 0, err
	}
	return tree.N, checkEntries(folder, tree, hashes)
}

func main() {
	if len(os.Args) < 4 {
		fmt.Println("usage: verify_log FOLDER OLDER LOG-KEY WITNESS-KEY...")
		os.Exit(2)
	}
	size, err := verify(os.Args[1], os.Args[2], os.Args[3:])
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("OK", size)
}
