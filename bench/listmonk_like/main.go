// Does per mail what listmonk does: renders templates per recipient, builds a multipart message in
// quoted-printable and sends it over a pool of connections with one command per round trip.
// It is ours, written after reading listmonk's source; it is not listmonk. It keeps no ledger.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	htmltemplate "html/template"
	"mime/multipart"
	"mime/quotedprintable"
	"net/smtp"
	"net/textproto"
	"os"
	"strconv"
	"sync"
	"syscall"
	texttemplate "text/template"
	"time"
)

const connections = 10

type subscriber struct {
	Email, Name, UnsubscribeURL string
}

func main() {
	address, htmlFile, textFile := os.Args[1], os.Args[3], os.Args[4]
	count, err := strconv.Atoi(os.Args[2])
	check(err)
	html := htmltemplate.Must(htmltemplate.ParseFiles(htmlFile))
	text := texttemplate.Must(texttemplate.ParseFiles(textFile))
	queue := make(chan int, 1000)
	var group sync.WaitGroup
	began := time.Now()
	for i := 0; i < connections; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			client, err := smtp.Dial(address)
			check(err)
			check(client.Hello("bench.example"))
			for number := range queue {
				to := fmt.Sprintf("go%d@d%d.example", number, number%500)
				person := subscriber{to, "Person", fmt.Sprintf("https://example.org/leave/%032d/", number)}
				send(client, to, build(html, text, person))
			}
			client.Quit()
		}()
	}
	for i := 0; i < count; i++ {
		queue <- i
	}
	close(queue)
	group.Wait()
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	cpu := seconds(usage.Utime) + seconds(usage.Stime)
	check(json.NewEncoder(os.Stdout).Encode(map[string]float64{"wall": time.Since(began).Seconds(), "cpu": cpu}))
}

func build(html *htmltemplate.Template, text *texttemplate.Template, person subscriber) []byte {
	var htmlBody, textBody, message, parts bytes.Buffer
	check(html.Execute(&htmlBody, person))
	check(text.Execute(&textBody, person))
	writer := multipart.NewWriter(&parts)
	part(writer, "text/plain", textBody.Bytes())
	part(writer, "text/html", htmlBody.Bytes())
	check(writer.Close())
	fmt.Fprintf(&message, "From: Antenne <antenne@example.org>\r\nTo: %s\r\nSubject: Kongress der Jugend\r\n", person.Email)
	fmt.Fprintf(&message, "Date: %s\r\nMessage-ID: <%d.%s>\r\n", time.Now().Format(time.RFC1123Z), time.Now().UnixNano(), person.Email)
	fmt.Fprintf(&message, "List-Unsubscribe: <%s>\r\nMIME-Version: 1.0\r\n", person.UnsubscribeURL)
	fmt.Fprintf(&message, "Content-Type: multipart/alternative; boundary=%s\r\n\r\n", writer.Boundary())
	message.Write(parts.Bytes())
	return message.Bytes()
}

func part(writer *multipart.Writer, kind string, body []byte) {
	header := textproto.MIMEHeader{}
	header.Set("Content-Type", kind+"; charset=UTF-8")
	header.Set("Content-Transfer-Encoding", "quoted-printable")
	target, err := writer.CreatePart(header)
	check(err)
	encoder := quotedprintable.NewWriter(target)
	_, err = encoder.Write(body)
	check(err)
	check(encoder.Close())
}

func send(client *smtp.Client, to string, message []byte) {
	check(client.Reset())
	check(client.Mail("antenne@example.org"))
	check(client.Rcpt(to))
	body, err := client.Data()
	check(err)
	_, err = body.Write(message)
	check(err)
	check(body.Close())
}

func seconds(time syscall.Timeval) float64 {
	return float64(time.Sec) + float64(time.Usec)/1e6
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
