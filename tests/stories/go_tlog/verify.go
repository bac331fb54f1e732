// SPDX-License-Identifier: Apache-2.0

// verify checks a log over HTTP with golang.org/x/mod's sumdb/note and sumdb/tlog, which know nothing of Muniment.
//
//	verify -url http://ADDR:PORT/v1/log -token TOKEN -vkey VKEY [-old FILE] [-entries N] [-proofs FILE] [-spoil N]
//
// It opens the checkpoint, reads the tree from hash tiles, holds the first N entries of the bundles (all unless given) to
// their leaf hashes, proves and checks inclusion of many leaves and consistency with the checkpoint in FILE, and checks proof
// files, whose names stand in FILE with the leaf hash of their event. -spoil changes one bit of the Nth tile or bundle that is
// fetched. It prints one line of JSON, or a reason and exits 3.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

type checkpoint struct {
	origin string
	tree   tlog.Tree
}

// logReader fetches tiles as C2SP tlog-tiles names them.
type logReader struct {
	url, token string
	spoil      int
	fetched    int
}

func (r *logReader) get(path string) ([]byte, error) {
	request, err := http.NewRequest("GET", r.url+"/"+path, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+r.token)
	reply, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer reply.Body.Close()
	body, err := io.ReadAll(reply.Body)
	if err == nil && reply.StatusCode != 200 {
		err = fmt.Errorf("%s: status %d", path, reply.StatusCode)
	}
	return body, err
}

// path turns tile/8/L/N into tile/L/N and tile/8/data/N into tile/entries/N.
func path(tile tlog.Tile) string {
	return strings.Replace(strings.Replace(tile.Path(), "tile/8/", "tile/", 1), "tile/data/", "tile/entries/", 1)
}

func (r *logReader) tile(tile tlog.Tile) ([]byte, error) {
	body, err := r.get(path(tile))
	r.fetched++
	if err == nil && r.fetched == r.spoil {
		body[len(body)/2] ^= 1
	}
	return body, err
}

func (r *logReader) Height() int { return height }

func (r *logReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for i, tile := range tiles {
		body, err := r.tile(tile)
		if err != nil {
			return nil, err
		}
		data[i] = body
	}
	return data, nil
}

func (r *logReader) SaveTiles(tiles []tlog.Tile, data [][]byte) {}

func openCheckpoint(text []byte, vkey string) (*checkpoint, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return nil, err
	}
	opened, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return nil, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" || lines[0] != verifier.Name() {
		return nil, fmt.Errorf("a checkpoint has three lines, and its origin is the key's name: %q", lines)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || strconv.FormatInt(size, 10) != lines[1] {
		return nil, fmt.Errorf("a size: %q", lines[1])
	}
	root, err := tlog.ParseHash(lines[2])
	return &checkpoint{lines[0], tlog.Tree{N: size, Hash: root}}, err
}

// checkEntries holds the entries of the bundles to the hashes of the tree.
func checkEntries(reader *logReader, hashes tlog.HashReader, tree tlog.Tree, want int64) (int64, error) {
	var done int64
	for n := int64(0); done < want; n++ {
		width := tree.N - n*(1<<height)
		if width > 1<<height {
			width = 1 << height
		}
		rest, err := reader.tile(tlog.Tile{H: height, L: -1, N: n, W: int(width)})
		if err != nil {
			return done, err
		}
		var indexes []int64
		var leaves []tlog.Hash
		for ; len(rest) >= 2; done++ {
			size := int(rest[0])<<8 | int(rest[1])
			if len(rest) < 2+size {
				return done, fmt.Errorf("bundle %d is cut", n)
			}
			indexes = append(indexes, tlog.StoredHashIndex(0, done))
			leaves = append(leaves, tlog.RecordHash(rest[2:2+size]))
			rest = rest[2+size:]
		}
		if len(rest) != 0 || int64(len(leaves)) != width {
			return done, fmt.Errorf("bundle %d holds %d entries of %d", n, len(leaves), width)
		}
		stored, err := hashes.ReadHashes(indexes)
		if err != nil {
			return done, err
		}
		for i := range leaves {
			if leaves[i] != stored[i] {
				return done, fmt.Errorf("entry %d has another hash", n*(1<<height)+int64(i))
			}
		}
	}
	return done, nil
}

func checkInclusion(hashes tlog.HashReader, tree tlog.Tree) (int, error) {
	count := 0
	for index := int64(0); index < tree.N; index += 1 + index/7 {
		proof, err := tlog.ProveRecord(tree.N, index, hashes)
		if err != nil {
			return count, err
		}
		leaf, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
		if err != nil {
			return count, err
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, leaf[0]); err != nil {
			return count, err
		}
		count++
	}
	return count, nil
}

func checkConsistency(hashes tlog.HashReader, tree, old tlog.Tree) error {
	proof, err := tlog.ProveTree(tree.N, old.N, hashes)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash)
}

// checkProof reads a c2sp.org/tlog-proof@v1 file.
func checkProof(name, leaf, vkey string) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	head, signed, found := strings.Cut(string(text), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "index ") {
		return fmt.Errorf("%s is no proof file", name)
	}
	index, err := strconv.ParseInt(lines[1][6:], 10, 64)
	if err != nil {
		return err
	}
	var proof tlog.RecordProof
	for _, line := range lines[2:] {
		bytes, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(bytes) != tlog.HashSize {
			return fmt.Errorf("%s: a hash: %q", name, line)
		}
		var hash tlog.Hash
		copy(hash[:], bytes)
		proof = append(proof, hash)
	}
	point, err := openCheckpoint([]byte(signed), vkey)
	if err != nil {
		return err
	}
	var hash tlog.Hash
	if n, err := hex.Decode(hash[:], []byte(leaf)); err != nil || n != tlog.HashSize {
		return fmt.Errorf("a leaf hash: %q", leaf)
	}
	return tlog.CheckRecord(proof, point.tree.N, point.tree.Hash, index, hash)
}

func checkProofs(list, vkey string) (int, error) {
	file, err := os.Open(list)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	count := 0
	for lines := bufio.NewScanner(file); lines.Scan(); count++ {
		name, leaf, _ := strings.Cut(lines.Text(), " ")
		if err := checkProof(name, leaf, vkey); err != nil {
			return count, err
		}
	}
	return count, nil
}

func must(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(3)
	}
}

func main() {
	reader := &logReader{}
	flag.StringVar(&reader.url, "url", "", "of the log")
	flag.StringVar(&reader.token, "token", "", "that may read it")
	flag.IntVar(&reader.spoil, "spoil", 0, "which tile to change")
	vkey := flag.String("vkey", "", "of the log")
	old := flag.String("old", "", "an older checkpoint")
	entries := flag.Int64("entries", -1, "how many entries to look at")
	proofs := flag.String("proofs", "", "names of proof files, each with a leaf hash")
	flag.Parse()

	text, err := reader.get("checkpoint")
	must(err)
	point, err := openCheckpoint(text, *vkey)
	must(err)
	hashes := tlog.TileHashReader(point.tree, reader)
	if *entries < 0 || *entries > point.tree.N {
		*entries = point.tree.N
	}
	said := map[string]interface{}{"origin": point.origin, "size": point.tree.N}
	said["entries"], err = checkEntries(reader, hashes, point.tree, *entries)
	must(err)
	// Every byte of these counts. Of what the proofs below are made of, x/mod 0.7 leaves some tiles unchecked whose hashes
	// they do not use.
	said["fetched"] = reader.fetched
	said["included"], err = checkInclusion(hashes, point.tree)
	must(err)
	if *old != "" {
		text, err := os.ReadFile(*old)
		must(err)
		before, err := openCheckpoint(text, *vkey)
		must(err)
		must(checkConsistency(hashes, point.tree, before.tree))
		said["consistent_with"] = before.tree.N
	}
	if *proofs != "" {
		said["proofs"], err = checkProofs(*proofs, *vkey)
		must(err)
	}
	line, err := json.Marshal(said)
	must(err)
	fmt.Println(string(line))
}
